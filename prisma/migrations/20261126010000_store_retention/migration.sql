-- Retention of what belongs to no source (digests, the daily word) and of its own log; digests go blank with what they tell.

-- CreateTable
CREATE TABLE "store_horizon" (
    "kind" TEXT NOT NULL,
    "before" TIMESTAMPTZ(6) NOT NULL,
    "days" INTEGER NOT NULL,
    "moved_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "store_horizon_pkey" PRIMARY KEY ("kind","before")
);

ALTER TABLE "store_horizon"
  ADD CHECK ("kind" IN ('messages', 'log')),
  ADD CHECK ("days" >= 30);
CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON "store_horizon" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "store_horizon" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- Of the tables that the store shortens by age alone: how many days; null: for ever. Runs of retention are of all
-- sources, and go with the log of actions.
CREATE FUNCTION store_days(of_table text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT CASE of_table WHEN 'outbox' THEN retention_days('*', 'messages') WHEN 'retention_run' THEN action_log_days() END
$$;

CREATE FUNCTION store_kind(of_table text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE of_table WHEN 'outbox' THEN 'messages' WHEN 'retention_run' THEN 'log' END
$$;

-- What ended before this may go; to the day, so that a night has one.
CREATE FUNCTION store_before(of_table text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT date_trunc('day', retention_clock() - make_interval(days => store_days(of_table)), 'UTC')
   WHERE NOT EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL)
$$;

-- At most so many rows, all where null. A digest stays as long as anything that it told; of the runs of a source, the
-- last that succeeded and all after it.
CREATE FUNCTION past_store(of_table text, before timestamptz, at_most integer) RETURNS SETOF tid
LANGUAGE plpgsql STABLE AS $$
BEGIN
  CASE of_table
  WHEN 'outbox' THEN
    RETURN QUERY SELECT o.ctid FROM outbox o
      WHERE o.source = '*' AND o.state IN ('sent', 'dead', 'collected', 'withdrawn') AND o.ended_at <= before
        AND NOT EXISTS (SELECT FROM outbox t WHERE t.told_by = o.id)
      LIMIT at_most;
  WHEN 'retention_run' THEN
    RETURN QUERY SELECT r.ctid FROM retention_run r
      WHERE r.ended_at <= before
        AND EXISTS (SELECT FROM retention_run n WHERE n.source = r.source AND n.id > r.id AND n.ended_at IS NOT NULL AND n.error IS NULL)
      LIMIT at_most;
  ELSE
    RAISE EXCEPTION 'nothing of % is ever deleted', of_table USING ERRCODE = 'insufficient_privilege';
  END CASE;
END $$;

CREATE FUNCTION delete_past_store(of_table text, at_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  before CONSTANT timestamptz := store_before(of_table);
  chosen tid[];
  ids bigint[];
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7270736910);
  IF EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL) THEN
    RAISE EXCEPTION 'on legal hold' USING ERRCODE = 'object_in_use';
  END IF;
  chosen := ARRAY(SELECT past_store(of_table, before, least(greatest(at_most, 1), 10000)));
  IF cardinality(chosen) = 0 THEN
    RETURN 0;
  END IF;
  INSERT INTO store_horizon (kind, before, days, moved_at)
  VALUES (store_kind(of_table), before, store_days(of_table), retention_clock()) ON CONFLICT DO NOTHING;
  PERFORM set_config('rolewatch.rewriting', 'on', true);
  IF of_table = 'outbox' THEN
    ids := ARRAY(SELECT id FROM outbox WHERE ctid = ANY (chosen));
    DELETE FROM outbox_alert WHERE source = '*' AND id = ANY (ids);
    DELETE FROM outbox_about WHERE source = '*' AND id = ANY (ids);
    DELETE FROM outbox_attempt WHERE source = '*' AND id = ANY (ids);
  END IF;
  EXECUTE format('DELETE FROM %I WHERE ctid = ANY ($1)', of_table) USING chosen;
  PERFORM set_config('rolewatch.rewriting', 'off', true);
  RETURN cardinality(chosen);
END $$;

REVOKE ALL ON FUNCTION delete_past_store(text, integer) FROM PUBLIC;

-- As before; and a digest is blanked with the first message that it told: what it says of that would outlive it, and
-- nobody could find it any more when somebody is erased.
CREATE OR REPLACE FUNCTION delete_past_retention(of_source text, of_table text, at_most integer) RETURNS integer
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
    UPDATE outbox SET subject = NULL, content = NULL, blanked_at = now()
     WHERE blanked_at IS NULL AND id IN (SELECT told_by FROM outbox WHERE ctid = ANY (chosen))
       AND state IN ('sent', 'dead', 'collected', 'withdrawn');
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

DO $$
BEGIN
  PERFORM keep_journal('store_horizon', 'kind before', '', 'INSERT');
  PERFORM keep_journal('retention_run', 'source id', 'epoch holder lease_until', 'DELETE');
END $$;
