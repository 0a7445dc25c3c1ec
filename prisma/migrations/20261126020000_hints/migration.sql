-- That somebody hinted at a source, until a run that began after the hint has ended: one row a source, however many hints.

-- CreateTable
CREATE TABLE "hint" (
    "source" TEXT NOT NULL,
    "hinted_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "run_id" BIGINT,

    CONSTRAINT "hint_pkey" PRIMARY KEY ("source")
);
