-- CreateTable
CREATE TABLE "replica" (
    "id" TEXT NOT NULL,
    "roles" TEXT[],
    "sources" TEXT[],
    "version" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "beat_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "looked_at" TIMESTAMPTZ(6),
    "stopped_at" TIMESTAMPTZ(6),
    "clock_ahead_ms" INTEGER,
    "clock_unsure_ms" INTEGER,

    CONSTRAINT "replica_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "replica" ADD CHECK ("roles" <@ ARRAY['api', 'worker'] AND "roles" <> '{}');

-- A mark of each run that is being staged; unlogged as its staging is, so that it is lost with it.
CREATE UNLOGGED TABLE "stage_run" (
    "run_id" BIGINT NOT NULL,

    CONSTRAINT "stage_run_pkey" PRIMARY KEY ("run_id")
);
