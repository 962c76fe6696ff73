import { Module } from '@nestjs/common';
import { Gateway } from './gateway/gateway.js';
import { ArticleController } from './pages/article.controller.js';
import { FrontController } from './pages/front.controller.js';
import { NotFoundController } from './pages/not-found.controller.js';
import { SearchController } from './pages/search.controller.js';
import { StylesController } from './pages/styles.controller.js';

@Module({
  controllers: [StylesController, ArticleController, SearchController, FrontController, NotFoundController],
  providers: [Gateway],
})
export class AppModule {}
