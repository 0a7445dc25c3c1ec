import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: {
    // `generate`, `validate` and `format` need no database: env('DATABASE_URL') would make them fail without one
    url: process.env['DATABASE_URL'] ?? 'postgresql://127.0.0.1:5432/unset',
    // only the native engine reads it (diff --from-migrations, migrate dev without CREATEDB)
    ...(process.env['SHADOW_DATABASE_URL'] ? { shadowDatabaseUrl: process.env['SHADOW_DATABASE_URL'] } : {}),
  },
});
