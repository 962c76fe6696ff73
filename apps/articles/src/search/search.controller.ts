import { Controller, Get, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ForAnyone } from '#http';
import { search, SearchRequest, type SearchResponse } from './search.js';

@Controller('search')
@ForAnyone()
export class SearchController {
  constructor(private readonly db: DataSource) {}

  @Get()
  search(@Query({ schema: SearchRequest }) request: SearchRequest): Promise<SearchResponse> {
    return search(this.db.manager, request);
  }
}
