import { type DynamicModule, Module } from '@nestjs/common';
import { Database } from './database.js';
import { Log } from './log.js';
import { OpenDatabase } from './open-database.js';
import { TagKeys } from './tag-key.store.js';

/** Gives every room the database, its tag keys and the log. Whoever opened the database closes it. */
@Module({})
export class PlatformModule {
  static forRoot(opened: OpenDatabase, log: Log): DynamicModule {
    const providers = [
      { provide: OpenDatabase, useValue: opened },
      { provide: Database, useValue: opened.db },
      { provide: TagKeys, useValue: opened.tagKeys },
      { provide: Log, useValue: log },
    ];
    return {
      module: PlatformModule,
      global: true,
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
