import { Module } from '@nestjs/common';
import { ArticleController } from './pages/article.controller.js';
import { FrontController } from './pages/front.controller.js';
import { StylesController } from './pages/styles.controller.js';
import { Gateway } from './gateway/gateway.js';

@Module({ controllers: [StylesController, ArticleController, FrontController], providers: [Gateway] })
export class AppModule {}
