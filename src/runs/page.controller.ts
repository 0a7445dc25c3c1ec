import { Controller, Get, Header } from '@nestjs/common';
import { StatusPageJob } from './status-page.job.js';

@Controller()
export class PageController {
  constructor(private readonly page: StatusPageJob) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async latest(): Promise<string> {
    return this.page.render();
  }
}
