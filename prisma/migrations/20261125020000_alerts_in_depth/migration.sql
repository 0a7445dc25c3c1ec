-- AlterTable
ALTER TABLE "outbox" ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'alerts',
ADD COLUMN     "schedule" JSONB,
ADD COLUMN     "slot" TIMESTAMPTZ(6),
ADD COLUMN     "step" INTEGER,
ADD COLUMN     "told_by" BIGINT;

-- CreateTable
CREATE TABLE "alert_acknowledgement" (
    "source" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "no" INTEGER NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_acknowledgement_pkey" PRIMARY KEY ("source","seq","no")
);

-- CreateIndex
CREATE INDEX "action_log_source_at_idx" ON "action_log"("source", "at");

-- CreateIndex
CREATE INDEX "outbox_told_by_idx" ON "outbox"("told_by");


-- ---------------------------------------------------------------------------------------------------------
-- What Prisma's schema language cannot say.

-- one digest, and one word that all is quiet, for each recipient and slot, however many replicas there are
CREATE UNIQUE INDEX "outbox_once_a_slot" ON "outbox" ("kind", "channel", lower("recipient"), "slot") WHERE "slot" IS NOT NULL;
CREATE INDEX "outbox_waiting" ON "outbox" ("due_at") WHERE "state" = 'waiting';

ALTER TABLE "outbox" DROP CONSTRAINT "outbox_state_check", DROP CONSTRAINT "outbox_check";
ALTER TABLE "outbox"
  ADD CONSTRAINT "outbox_state_check" CHECK ("state" IN ('waiting', 'pending', 'sending', 'sent', 'dead', 'collected', 'withdrawn')),
  ADD CONSTRAINT "outbox_check" CHECK (("state" IN ('sent', 'dead', 'collected', 'withdrawn')) = ("ended_at" IS NOT NULL)),
  ADD CHECK ("kind" IN ('alerts', 'digest', 'escalation', 'all-quiet')),
  ADD CHECK (("kind" IN ('digest', 'all-quiet')) = ("slot" IS NOT NULL)),
  ADD CHECK (("kind" = 'escalation') = ("step" IS NOT NULL)),
  ADD CHECK (("state" = 'collected') = ("told_by" IS NOT NULL)),
  ADD CHECK ("state" <> 'withdrawn' OR "kind" = 'escalation'),
  ADD CHECK ("state" <> 'waiting' OR "kind" = 'escalation' OR "schedule" IS NOT NULL);

-- As before. Besides: one that waits may be written anew until it leaves, and that it was collected is final.
CREATE OR REPLACE FUNCTION outbox_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] := ARRAY['state', 'why', 'attempts', 'unconfirmed', 'epoch', 'holder', 'lease_until', 'due_at', 'tried_since', 'ended_at', 'told_by'];
  content text[] := ARRAY['subject', 'content', 'severity'];
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NEW;
  END IF;
  IF OLD.state IN ('sent', 'collected', 'withdrawn') OR NEW.attempts < OLD.attempts OR NEW.epoch < OLD.epoch OR NEW.unconfirmed < OLD.unconfirmed
     OR (NEW.state = 'waiting' AND OLD.state <> 'waiting') OR (NEW.state IN ('collected', 'withdrawn') AND OLD.state <> 'waiting')
     OR (to_jsonb(OLD) - moving - content) IS DISTINCT FROM (to_jsonb(NEW) - moving - content) THEN
    RAISE EXCEPTION 'a message of the outbox may only move on' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (OLD.subject, OLD.content, OLD.severity) IS DISTINCT FROM (NEW.subject, NEW.content, NEW.severity)
     AND (OLD.state NOT IN ('waiting', 'pending') OR OLD.epoch > 0 OR NEW.content IS NULL) THEN
    RAISE EXCEPTION 'a message of the outbox that was tried keeps its content' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON "alert_acknowledgement" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "alert_acknowledgement" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- Blanks the messages that name an identity, and the digests that tell of them: what was told, to whom and when stays,
-- the words go. One that is still to be sent is not sent any more; one that is being sent just now ends as it ends. One
-- that waits for a digest goes on waiting: the digest is written of what it is about, without the name. For the owner's
-- erasure only.
CREATE OR REPLACE FUNCTION blank_messages(of_source text, of_identity bigint) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  blanked integer;
BEGIN
  UPDATE outbox o SET subject = NULL, content = NULL, blanked_at = now(),
         state = CASE WHEN state = 'pending' OR (state = 'waiting' AND kind = 'escalation') THEN 'dead' ELSE state END,
         why = CASE WHEN state = 'pending' OR (state = 'waiting' AND kind = 'escalation')
                    THEN 'somebody it tells of was erased before it was sent' ELSE why END,
         ended_at = CASE WHEN state = 'pending' OR (state = 'waiting' AND kind = 'escalation') THEN now() ELSE ended_at END
   WHERE o.blanked_at IS NULL
     AND (o.source = of_source
          AND EXISTS (SELECT 1 FROM outbox_about a WHERE a.source = o.source AND a.id = o.id AND a.identity_id = of_identity)
          OR o.id IN (SELECT told.told_by FROM outbox told JOIN outbox_about a ON a.source = told.source AND a.id = told.id
                       WHERE told.source = of_source AND a.identity_id = of_identity));
  GET DIAGNOSTICS blanked = ROW_COUNT;
  RETURN blanked;
END $$;
REVOKE ALL ON FUNCTION blank_messages(text, bigint) FROM PUBLIC;
