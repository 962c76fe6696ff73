import { Controller, Get, Header } from '@nestjs/common';
import { ForAnyone } from '#http';
import { styles, stylesPath } from '../components/styles.js';

@Controller()
@ForAnyone()
export class StylesController {
  @Get(stylesPath)
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'public, max-age=31536000, immutable')
  get(): string {
    return styles;
  }
}
