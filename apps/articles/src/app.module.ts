import { Module } from '@nestjs/common';
import { MessagingModule } from '#messaging';
import { ArticlesController } from './articles/articles.controller.js';
import { ArticlesService } from './articles/articles.service.js';
import { EditorialArticlesController } from './articles/editorial-articles.controller.js';
import { AuthorsController } from './authors/authors.controller.js';
import { TaxonomyController } from './taxonomy/taxonomy.controller.js';

@Module({
  imports: [MessagingModule],
  controllers: [ArticlesController, EditorialArticlesController, AuthorsController, TaxonomyController],
  providers: [ArticlesService],
})
export class AppModule {}
