-- AlterTable
ALTER TABLE "legal_hold" ADD COLUMN     "released_by" TEXT,
ADD COLUMN     "released_why" TEXT,
ALTER COLUMN "identity_id" DROP NOT NULL;

-- CreateTable
CREATE TABLE "retention_policy" (
    "source" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "id" SERIAL NOT NULL,
    "days" INTEGER,
    "actor" TEXT NOT NULL,
    "stated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "retention_policy_pkey" PRIMARY KEY ("source","kind","id")
);

-- CreateTable
CREATE TABLE "retention_horizon" (
    "source" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "before" TIMESTAMPTZ(6) NOT NULL,
    "days" INTEGER NOT NULL,
    "moved_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "retention_horizon_pkey" PRIMARY KEY ("source","kind","seq")
);

-- CreateTable
CREATE TABLE "action_log_anchor" (
    "id" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,
    "removed" INTEGER NOT NULL,
    "before" TIMESTAMPTZ(6) NOT NULL,
    "days" INTEGER NOT NULL,
    "removed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "action_log_anchor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "retention_run" (
    "source" TEXT NOT NULL,
    "id" SERIAL NOT NULL,
    "night" DATE,
    "epoch" INTEGER NOT NULL DEFAULT 1,
    "holder" TEXT,
    "lease_until" TIMESTAMPTZ(6),
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),
    "horizon_before" INTEGER,
    "horizon_after" INTEGER,
    "removed" JSONB NOT NULL DEFAULT '{}',
    "why" TEXT,
    "error" TEXT,

    CONSTRAINT "retention_run_pkey" PRIMARY KEY ("source","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "retention_run_source_night_key" ON "retention_run"("source", "night");

ALTER TABLE "legal_hold"
  ADD CHECK ("source" <> '*' OR "identity_id" IS NULL),
  ADD CHECK (("released_by" IS NULL) = ("released_why" IS NULL)),
  ADD CHECK ("released_by" IS NULL OR "released_at" IS NOT NULL);
ALTER TABLE "retention_policy"
  ADD CHECK ("kind" IN ('versions', 'observations', 'messages', 'log')),
  ADD CHECK ("days" >= 30);
ALTER TABLE "retention_horizon"
  ADD CHECK ("kind" IN ('versions', 'observations', 'messages', 'log')),
  ADD CHECK ("seq" > 1 AND "days" >= 30);
ALTER TABLE "action_log_anchor" ADD CHECK ("removed" > 0 AND "days" >= 30);
ALTER TABLE "retention_run" ADD CHECK ("error" IS NULL OR "ended_at" IS NOT NULL);

-- one hold at a time on a whole source; '*' stands for every source
CREATE UNIQUE INDEX "legal_hold_source_open" ON "legal_hold" ("source") WHERE "released_at" IS NULL AND "identity_id" IS NULL;
-- one run of a source at a time
CREATE UNIQUE INDEX "retention_run_open" ON "retention_run" ("source") WHERE "ended_at" IS NULL;

-- The only clock that ages are counted by. Nobody but the owner can set it.
CREATE FUNCTION retention_clock() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT now() $$;

-- What is stated is dated by the database, and never taken back.
CREATE FUNCTION stated_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.stated_at := retention_clock();
  RETURN NEW;
END $$;
CREATE TRIGGER stated_now BEFORE INSERT ON "retention_policy" FOR EACH ROW EXECUTE FUNCTION stated_now();
CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON "retention_policy" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "retention_policy" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON "retention_horizon" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "retention_horizon" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON "action_log_anchor" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "action_log_anchor" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_delete BEFORE DELETE ON "retention_run" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "retention_run" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- A run of retention that has ended stays as it is.
CREATE FUNCTION retention_run_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR NEW.epoch < OLD.epoch
     OR (NEW.source, NEW.id, NEW.night, NEW.started_at) IS DISTINCT FROM (OLD.source, OLD.id, OLD.night, OLD.started_at) THEN
    RAISE EXCEPTION 'a run of retention that has ended is never rewritten' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER retention_run_moves_on BEFORE UPDATE ON "retention_run" FOR EACH ROW EXECUTE FUNCTION retention_run_moves_on();

-- A hold begins and ends by the database's clock, once each; who ended it, and why, stands beside. Whoever deletes or
-- erases has this lock shared until its transaction ends: once a hold is placed, nothing more goes.
CREATE OR REPLACE FUNCTION legal_hold_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving CONSTANT text[] := ARRAY['released_at', 'released_by', 'released_why'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM pg_advisory_xact_lock(7270736910);
    IF NEW.created_at <> now() OR NEW.released_at IS NOT NULL THEN
      RAISE EXCEPTION 'a legal hold begins now' USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF OLD.released_at IS NOT NULL OR NEW.released_at IS DISTINCT FROM now() OR NEW.released_by IS NULL
     OR (to_jsonb(OLD) - moving) IS DISTINCT FROM (to_jsonb(NEW) - moving) THEN
    RAISE EXCEPTION 'a legal hold may only be released, once, now, by somebody' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

-- As before, and refused while the whole source, or every source, is on legal hold.
CREATE OR REPLACE FUNCTION erase_identity(of_source text, of_identity bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  blanked integer;
BEGIN
  PERFORM 1 FROM identity WHERE source = of_source AND identity_id = of_identity FOR UPDATE;
  PERFORM pg_advisory_xact_lock_shared(7270736910);
  IF EXISTS (SELECT 1 FROM record WHERE source = of_source AND identity_id = of_identity AND until_seq IS NULL) THEN
    RAISE EXCEPTION 'still upstream' USING ERRCODE = 'object_in_use';
  END IF;
  IF EXISTS (SELECT 1 FROM legal_hold WHERE source IN (of_source, '*') AND released_at IS NULL
                AND (identity_id IS NULL OR identity_id = of_identity)) THEN
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

-- A hold on a source, on all of them, or on anybody in it.
CREATE FUNCTION on_legal_hold(of_source text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL AND source IN (of_source, '*'))
$$;

-- How long something is kept, in days; null: for ever. The longest of what was in force a week ago and of all that was
-- stated since, so that whoever shortens it, by mistake or by intent, can be noticed first.
CREATE FUNCTION retention_days(of_source text, of_kind text) RETURNS integer LANGUAGE sql STABLE AS $$
  WITH stated AS (
    SELECT id, days, stated_at <= retention_clock() - interval '7 days' AS settled
      FROM retention_policy WHERE source = of_source AND kind = of_kind)
  SELECT CASE WHEN bool_or(settled) AND bool_and(days IS NOT NULL) THEN greatest(max(days), 30) END
    FROM stated WHERE id >= coalesce((SELECT max(id) FROM stated WHERE settled), 0)
$$;

-- Actions of all sources are one chain: it is kept as long as the one that is kept longest.
CREATE FUNCTION action_log_days() RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN bool_and(days IS NOT NULL) THEN max(days) END
    FROM (SELECT retention_days(name, 'log') AS days FROM source UNION ALL SELECT retention_days('*', 'log')) kept
$$;

-- The oldest snapshot that can still be asked about; null: all of them.
CREATE FUNCTION horizon_of(of_source text, of_kind text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT max(seq) FROM retention_horizon WHERE source = of_source AND kind = of_kind
$$;

-- Where the horizon may move to by now: to the state that was in force as many days ago. Never past what has yet to be
-- judged or was judged last; observations not past versions, which cannot be judged without them.
CREATE FUNCTION horizon_due(of_source text, of_kind text) RETURNS integer LANGUAGE plpgsql STABLE AS $$
DECLARE
  was integer := horizon_of(of_source, of_kind);
  becomes integer;
BEGIN
  IF on_legal_hold(of_source) THEN
    RETURN was;
  END IF;
  SELECT max(seq) INTO becomes FROM snapshot
   WHERE source = of_source AND recorded_at <= retention_clock() - make_interval(days => retention_days(of_source, of_kind));
  IF becomes IS NULL THEN
    RETURN was;
  END IF;
  IF of_kind = 'versions' THEN
    becomes := least(becomes, (SELECT max(seq) FROM judgement WHERE source = of_source),
                     (SELECT min(seq) FROM judgement_due WHERE source = of_source));
  ELSIF of_kind = 'observations' THEN
    becomes := least(becomes, coalesce(horizon_of(of_source, 'versions'), 1));
  ELSE
    becomes := least(becomes, (SELECT max(seq) - 1 FROM snapshot WHERE source = of_source));
  END IF;
  RETURN CASE WHEN becomes > coalesce(was, 1) THEN becomes ELSE was END;
END $$;

-- The one way to move a horizon. What lies before it is no longer answered from that moment on; what is deleted then
-- is what nothing at or after it needs.
CREATE FUNCTION move_horizon(of_source text, of_kind text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  becomes integer;
BEGIN
  PERFORM 1 FROM source WHERE name = of_source FOR UPDATE;
  PERFORM pg_advisory_xact_lock_shared(7270736910);
  becomes := horizon_due(of_source, of_kind);
  IF becomes IS DISTINCT FROM horizon_of(of_source, of_kind) THEN
    INSERT INTO retention_horizon (source, kind, seq, before, days, moved_at)
    SELECT source, of_kind, seq, recorded_at, retention_days(of_source, of_kind), retention_clock()
      FROM snapshot WHERE source = of_source AND seq = becomes;
  END IF;
  RETURN becomes;
END $$;

-- What of a table is no longer needed, if its horizon is that snapshot: at most so many rows, all where null.
CREATE FUNCTION past_retention(of_source text, of_table text, horizon integer, at_most integer) RETURNS SETOF tid
LANGUAGE plpgsql STABLE AS $$
DECLARE
  before timestamptz := (SELECT recorded_at FROM snapshot WHERE source = of_source AND seq = horizon);
BEGIN
  CASE of_table
  WHEN 'record', 'grant_', 'link', 'role_permission', 'bucket' THEN
    RETURN QUERY EXECUTE format('SELECT ctid FROM %I WHERE source = $1 AND until_seq <= $2 LIMIT $3', of_table)
      USING of_source, horizon, at_most;
  WHEN 'change' THEN
    RETURN QUERY SELECT c.ctid FROM change c WHERE c.source = of_source AND c.seq <= horizon LIMIT at_most;
  WHEN 'hold' THEN
    RETURN QUERY SELECT h.ctid FROM hold h
      WHERE h.source = of_source AND h.seq < horizon
        AND NOT EXISTS (SELECT FROM release r WHERE r.source = h.source AND r.hold_seq = h.seq AND r.used_seq IS NULL)
      LIMIT at_most;
  WHEN 'observation' THEN
    -- later windows and as-of answers look back for the last read of a list, the last complete one, and the last
    -- complete one that held nothing; that it is known since its first complete one stays provable
    RETURN QUERY SELECT o.ctid FROM observation o
      WHERE o.source = of_source AND o.seq < horizon
        AND NOT EXISTS (SELECT FROM watch w WHERE w.source = o.source AND w.stream = o.stream AND w.scope = o.scope
                           AND w.first_complete_seq = o.seq)
        AND EXISTS (SELECT FROM observation n WHERE n.source = o.source AND n.stream = o.stream AND n.scope = o.scope
                       AND n.seq > o.seq AND n.seq <= horizon
                       AND (o.verdict <> 'complete' OR n.verdict = 'complete' AND (n.held = 0 OR o.held > 0)))
      LIMIT at_most;
  WHEN 'outbox' THEN
    RETURN QUERY SELECT o.ctid FROM outbox o
      WHERE o.source = of_source AND o.seq < horizon AND o.state IN ('sent', 'dead', 'collected', 'withdrawn') AND o.ended_at <= before LIMIT at_most;
  WHEN 'alert' THEN
    RETURN QUERY SELECT a.ctid FROM alert a
      WHERE a.source = of_source AND a.seq < horizon AND a.recorded_at <= before
        AND NOT EXISTS (SELECT FROM outbox o JOIN outbox_alert t ON t.source = o.source AND t.id = o.id
                         WHERE o.source = a.source AND o.seq = a.seq AND t.no = a.no
                           AND NOT (o.state IN ('sent', 'dead', 'collected', 'withdrawn') AND o.ended_at <= before))
      LIMIT at_most;
  WHEN 'slot' THEN
    -- the one seen last says from when on there may be gaps
    RETURN QUERY SELECT s.ctid FROM slot s
      WHERE s.source = of_source AND s.due_at <= before AND s.state IN ('published', 'failed', 'missed')
        AND (s.seq IS NULL OR s.seq <= horizon)
        AND s.due_at IS DISTINCT FROM (SELECT max(l.due_at) FROM slot l
                                        WHERE l.source = of_source AND l.trigger = 'schedule' AND l.due_at <= now())
      LIMIT at_most;
  WHEN 'run' THEN
    RETURN QUERY SELECT r.ctid FROM run r
      WHERE r.source = of_source AND r.due_at <= before AND r.ended_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM slot s WHERE s.source = r.source AND s.due_at = r.due_at
                           AND NOT (s.state IN ('published', 'failed', 'missed') AND (s.seq IS NULL OR s.seq <= horizon)))
      LIMIT at_most;
  WHEN 'identity' THEN
    -- nothing that is kept names them any more: no state, no held list, no message, no open finding
    RETURN QUERY SELECT i.ctid FROM identity i
      WHERE i.source = of_source AND i.erased_at IS NULL AND i.name_space IN ('admin', 'dn', 'member', 'token')
        AND NOT EXISTS (SELECT FROM record r WHERE r.source = i.source AND r.identity_id = i.identity_id
                           AND (r.until_seq IS NULL OR r.until_seq > horizon))
        AND NOT EXISTS (SELECT FROM grant_ g WHERE g.source = i.source AND g.principal = i.identity_id
                           AND (g.until_seq IS NULL OR g.until_seq > horizon))
        AND NOT EXISTS (SELECT FROM link l WHERE l.source = i.source AND i.identity_id IN (l.identity_id, l.to_identity_id)
                           AND (l.until_seq IS NULL OR l.until_seq > horizon))
        AND NOT EXISTS (SELECT FROM hold h WHERE h.source = i.source AND h.identity_id = i.identity_id AND h.seq >= horizon)
        AND NOT EXISTS (SELECT FROM outbox_about a JOIN outbox o ON o.source = a.source AND o.id = a.id
                         WHERE a.source = i.source AND a.identity_id = i.identity_id AND o.blanked_at IS NULL)
        AND NOT EXISTS (SELECT FROM finding f WHERE f.source = i.source AND f.subject_kind = 'principal'
                           AND f.subject_id = i.identity_id::text
                           AND (SELECT e.state FROM finding_event e WHERE e.source = f.source AND e.finding = f.id
                                 ORDER BY e.no DESC LIMIT 1) <> 'resolved')
      LIMIT at_most;
  ELSE
    RAISE EXCEPTION 'nothing of % is ever deleted', of_table USING ERRCODE = 'insufficient_privilege';
  END CASE;
END $$;

CREATE FUNCTION retention_kind(of_table text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN of_table IN ('observation') THEN 'observations' WHEN of_table IN ('outbox', 'alert') THEN 'messages'
              WHEN of_table IN ('slot', 'run') THEN 'log' ELSE 'versions' END
$$;

-- The one way to delete evidence: before the horizon, and only what nothing at or after it needs. A small number of
-- rows at a time. Null: not now, since the source is being read, and the read may have met whom it would erase.
CREATE FUNCTION delete_past_retention(of_source text, of_table text, at_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  horizon CONSTANT integer := horizon_of(of_source, retention_kind(of_table));
  chosen tid[];
  ids bigint[];
BEGIN
  IF of_table = 'identity' THEN
    PERFORM 1 FROM source WHERE name = of_source FOR UPDATE;
  END IF;
  PERFORM pg_advisory_xact_lock_shared(7270736910);
  IF on_legal_hold(of_source) THEN
    RAISE EXCEPTION 'on legal hold' USING ERRCODE = 'object_in_use';
  END IF;
  IF of_table = 'identity'
     AND EXISTS (SELECT FROM slot WHERE source = of_source AND state = 'leased' AND lease_until > now()) THEN
    RETURN NULL;
  END IF;
  IF horizon IS NULL THEN
    RETURN 0;
  END IF;
  chosen := ARRAY(SELECT past_retention(of_source, of_table, horizon, least(greatest(at_most, 1), 10000)));
  IF of_table = 'identity' THEN
    -- whoever places a hold on one of them has it locked
    ids := ARRAY(SELECT identity_id FROM identity WHERE ctid = ANY (chosen) FOR UPDATE SKIP LOCKED);
    PERFORM erase_identity(of_source, id) FROM unnest(ids) AS id;
    RETURN cardinality(ids);
  END IF;
  PERFORM set_config('rolewatch.rewriting', 'on', true);
  IF of_table = 'outbox' THEN
    ids := ARRAY(SELECT id FROM outbox WHERE ctid = ANY (chosen));
    DELETE FROM outbox_alert WHERE source = of_source AND id = ANY (ids);
    DELETE FROM outbox_about WHERE source = of_source AND id = ANY (ids);
    DELETE FROM outbox_attempt WHERE source = of_source AND id = ANY (ids);
  END IF;
  IF of_table = 'alert' THEN
    DELETE FROM alert_acknowledgement k USING alert a
     WHERE a.ctid = ANY (chosen) AND (k.source, k.seq, k.no) = (a.source, a.seq, a.no);
  END IF;
  EXECUTE format('DELETE FROM %I WHERE ctid = ANY ($1)', of_table) USING chosen;
  PERFORM set_config('rolewatch.rewriting', 'off', true);
  RETURN cardinality(chosen);
END $$;

-- Up to where the log of actions may go by now; null: nowhere. Its last row stays, so that the next one follows it.
CREATE FUNCTION action_log_due() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN NOT EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL) THEN
    (SELECT id - 1 FROM action_log
      WHERE at > retention_clock() - make_interval(days => action_log_days()) OR id = (SELECT max(id) FROM action_log)
      ORDER BY action_log.id LIMIT 1) END
   WHERE action_log_days() IS NOT NULL
$$;

-- The one way to shorten the log of actions: from its beginning, leaving behind what its next row is chained to.
CREATE FUNCTION delete_past_actions(at_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first bigint;
  last bigint;
  gone integer;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7270736910);
  IF EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL) THEN
    RAISE EXCEPTION 'on legal hold' USING ERRCODE = 'object_in_use';
  END IF;
  PERFORM pg_advisory_xact_lock(7270736902);
  SELECT min(id) INTO first FROM action_log;
  last := least(action_log_due(), first + least(greatest(at_most, 1), 10000) - 1);
  IF action_log_due() IS NULL OR last < first THEN
    RETURN 0;
  END IF;
  PERFORM set_config('rolewatch.rewriting', 'on', true);
  INSERT INTO action_log_anchor (id, hash, removed, before, days, removed_at)
  SELECT id, hash, last - first + 1, at, action_log_days(), retention_clock() FROM action_log WHERE id = last;
  DELETE FROM action_log WHERE id <= last;
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('rolewatch.rewriting', 'off', true);
  RETURN gone;
END $$;

REVOKE ALL ON FUNCTION move_horizon(text, text), delete_past_retention(text, text, integer), delete_past_actions(integer) FROM PUBLIC;
