import { Body, Controller, Param, Put } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Author as AuthorSnapshot, Slug } from '#events';
import { ForRoles } from '#platform';
import { Author } from './author.entity.js';

const AuthorRequest = z.strictObject(AuthorSnapshot.omit({ id: true, slug: true }).shape);
type AuthorRequest = z.infer<typeof AuthorRequest>;

@Controller('editorial/authors')
export class AuthorsController {
  constructor(private readonly db: DataSource) {}

  @Put(':slug')
  @ForRoles('editor')
  async put(
    @Param('slug', { schema: Slug }) slug: string,
    @Body({ schema: AuthorRequest }) author: AuthorRequest,
  ): Promise<Author> {
    const authors = this.db.manager.getRepository(Author);
    await authors.upsert({ slug, ...author }, ['slug']);
    return authors.findOneByOrFail({ slug });
  }
}
