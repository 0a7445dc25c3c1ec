-- CreateTable
CREATE TABLE "outbox" (
    "source" TEXT NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "seq" INTEGER NOT NULL,
    "channel" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "subject" TEXT,
    "content" JSONB,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "why" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "unconfirmed" INTEGER NOT NULL DEFAULT 0,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "holder" TEXT,
    "lease_until" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tried_since" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),
    "blanked_at" TIMESTAMPTZ(6),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("source","id")
);

-- CreateTable
CREATE TABLE "outbox_alert" (
    "source" TEXT NOT NULL,
    "id" BIGINT NOT NULL,
    "no" INTEGER NOT NULL,

    CONSTRAINT "outbox_alert_pkey" PRIMARY KEY ("source","id","no")
);

-- CreateTable
CREATE TABLE "outbox_about" (
    "source" TEXT NOT NULL,
    "id" BIGINT NOT NULL,
    "identity_id" BIGINT NOT NULL,

    CONSTRAINT "outbox_about_pkey" PRIMARY KEY ("source","id","identity_id")
);

-- CreateTable
CREATE TABLE "outbox_attempt" (
    "source" TEXT NOT NULL,
    "id" BIGINT NOT NULL,
    "no" INTEGER NOT NULL,
    "holder" TEXT NOT NULL,
    "began_at" TIMESTAMPTZ(6) NOT NULL,
    "ended_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "outcome" TEXT NOT NULL,
    "said" TEXT NOT NULL,
    "digest" BYTEA,

    CONSTRAINT "outbox_attempt_pkey" PRIMARY KEY ("source","id","no")
);

-- CreateIndex
CREATE INDEX "outbox_source_seq_idx" ON "outbox"("source", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_id_key" ON "outbox"("message_id");

-- CreateIndex
CREATE INDEX "outbox_about_source_identity_id_idx" ON "outbox_about"("source", "identity_id");



-- ---------------------------------------------------------------------------------------------------------
-- What Prisma's schema language cannot say.

CREATE INDEX "outbox_open" ON "outbox" ("due_at") WHERE "state" IN ('pending', 'sending');

ALTER TABLE "outbox"
  ADD CHECK ("channel" IN ('mail', 'hook')),
  ADD CHECK ("state" IN ('pending', 'sending', 'sent', 'dead')),
  ADD CHECK ("severity" IN ('critical', 'high', 'medium', 'low')),
  ADD CHECK (("state" IN ('sent', 'dead')) = ("ended_at" IS NOT NULL)),
  ADD CHECK ("state" <> 'dead' OR "why" IS NOT NULL),
  ADD CHECK (("content" IS NULL) = ("blanked_at" IS NOT NULL)),
  ADD CHECK (("subject" IS NULL) = ("blanked_at" IS NOT NULL));
ALTER TABLE "outbox_attempt"
  ADD CHECK ("outcome" IN ('sent', 'failed', 'refused', 'unconfirmed'));

-- What a message is and to whom it goes never changes. Its content may grow until the first attempt, and be blanked by
-- the owner's erasure. Sent is final; a dead one may be tried again by a person.
CREATE FUNCTION outbox_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] := ARRAY['state', 'why', 'attempts', 'unconfirmed', 'epoch', 'holder', 'lease_until', 'due_at', 'tried_since', 'ended_at'];
  content text[] := ARRAY['subject', 'content', 'severity'];
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NEW;
  END IF;
  IF OLD.state = 'sent' OR NEW.attempts < OLD.attempts OR NEW.epoch < OLD.epoch OR NEW.unconfirmed < OLD.unconfirmed
     OR (to_jsonb(OLD) - moving - content) IS DISTINCT FROM (to_jsonb(NEW) - moving - content) THEN
    RAISE EXCEPTION 'a message of the outbox may only move on' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (OLD.subject, OLD.content, OLD.severity) IS DISTINCT FROM (NEW.subject, NEW.content, NEW.severity)
     AND (OLD.state <> 'pending' OR OLD.epoch > 0 OR NEW.content IS NULL) THEN
    RAISE EXCEPTION 'a message of the outbox that was tried keeps its content' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER outbox_moves_on BEFORE UPDATE ON "outbox" FOR EACH ROW EXECUTE FUNCTION outbox_moves_on();
CREATE TRIGGER refuse_delete BEFORE DELETE ON "outbox" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "outbox" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

DO $$
DECLARE
  insert_only text;
BEGIN
  FOREACH insert_only IN ARRAY ARRAY['outbox_alert', 'outbox_about', 'outbox_attempt'] LOOP
    EXECUTE format('CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()', insert_only);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', insert_only);
  END LOOP;
END $$;

-- Blanks the messages that name an identity: what was told, to whom and when stays, the words go. One that is still to
-- be sent is not sent any more; one that is being sent just now ends as it ends. For the owner's erasure only.
CREATE FUNCTION blank_messages(of_source text, of_identity bigint) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  blanked integer;
BEGIN
  UPDATE outbox o SET subject = NULL, content = NULL, blanked_at = now(),
         state = CASE state WHEN 'pending' THEN 'dead' ELSE state END,
         why = CASE state WHEN 'pending' THEN 'somebody it tells of was erased before it was sent' ELSE why END,
         ended_at = CASE state WHEN 'pending' THEN now() ELSE ended_at END
   WHERE o.source = of_source AND o.blanked_at IS NULL
     AND EXISTS (SELECT 1 FROM outbox_about a WHERE a.source = o.source AND a.id = o.id AND a.identity_id = of_identity);
  GET DIAGNOSTICS blanked = ROW_COUNT;
  RETURN blanked;
END $$;
REVOKE ALL ON FUNCTION blank_messages(text, bigint) FROM PUBLIC;

-- As before, and messages that name the person are blanked too.
CREATE OR REPLACE FUNCTION erase_identity(of_source text, of_identity bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  blanked integer;
BEGIN
  PERFORM 1 FROM identity WHERE source = of_source AND identity_id = of_identity FOR UPDATE;
  IF EXISTS (SELECT 1 FROM record WHERE source = of_source AND identity_id = of_identity AND until_seq IS NULL) THEN
    RAISE EXCEPTION 'still upstream' USING ERRCODE = 'object_in_use';
  END IF;
  IF EXISTS (SELECT 1 FROM legal_hold WHERE source = of_source AND identity_id = of_identity AND released_at IS NULL) THEN
    RAISE EXCEPTION 'on legal hold' USING ERRCODE = 'object_in_use';
  END IF;
  PERFORM set_config('rolewatch.rewriting', 'on', true);
  UPDATE identity SET match_key = NULL, shown_key = NULL, name_tag = NULL, name_tag_key = NULL, salt = NULL, erased_at = now()
   WHERE source = of_source AND identity_id = of_identity AND erased_at IS NULL;
  UPDATE record SET personal = NULL, tag = '\x' WHERE source = of_source AND identity_id = of_identity AND personal IS NOT NULL;
  GET DIAGNOSTICS blanked = ROW_COUNT;
  PERFORM blank_messages(of_source, of_identity);
  PERFORM set_config('rolewatch.rewriting', 'off', true);
  RETURN blanked;
END $$;

-- An alert may also come of judging a snapshot, later, or of a source that gives none: it is not bound to a publication.
DROP TRIGGER of_this_publication ON "alert";
