-- Made by "npm run db:schema" from a migrated database; do not edit. Constraints, triggers, functions and
-- grants are here as PostgreSQL understood them.

GRANT USAGE ON SCHEMA public TO PUBLIC;
GRANT USAGE ON SCHEMA public TO rolewatch_app;

CREATE TABLE action_log (
  id bigint NOT NULL,
  at timestamp(6) with time zone NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  source text,
  detail jsonb NOT NULL,
  previous_hash bytea,
  hash bytea NOT NULL,
  CONSTRAINT action_log_pkey PRIMARY KEY (id)
);
CREATE INDEX action_log_source_at_idx ON public.action_log USING btree (source, at);
CREATE TRIGGER action_follows BEFORE INSERT ON action_log FOR EACH ROW EXECUTE FUNCTION action_follows();
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON action_log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('id', '');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON action_log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('id', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON action_log FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON action_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON action_log TO rolewatch_app;

CREATE TABLE action_log_anchor (
  id bigint NOT NULL,
  hash bytea NOT NULL,
  removed integer NOT NULL,
  before timestamp(6) with time zone NOT NULL,
  days integer NOT NULL,
  removed_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT action_log_anchor_pkey PRIMARY KEY (id),
  CONSTRAINT action_log_anchor_check CHECK (removed > 0 AND days >= 30)
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON action_log_anchor DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('id', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON action_log_anchor FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON action_log_anchor FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON action_log_anchor TO rolewatch_app;

CREATE TABLE alert (
  source text NOT NULL,
  seq integer NOT NULL,
  no integer NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL,
  body jsonb NOT NULL,
  recorded_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT alert_pkey PRIMARY KEY (source, seq, no)
);
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON alert DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source seq no', '');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON alert DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source seq no', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON alert FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON alert FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON alert TO rolewatch_app;
GRANT INSERT (source, seq, no, kind, severity, body) ON alert TO rolewatch_app;

CREATE TABLE alert_acknowledgement (
  source text NOT NULL,
  seq integer NOT NULL,
  no integer NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  recorded_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT alert_acknowledgement_pkey PRIMARY KEY (source, seq, no)
);
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON alert_acknowledgement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source seq no', '');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON alert_acknowledgement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source seq no', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON alert_acknowledgement FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON alert_acknowledgement FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON alert_acknowledgement TO rolewatch_app;
GRANT INSERT (source, seq, no, actor, reason) ON alert_acknowledgement TO rolewatch_app;

CREATE TABLE api_token (
  id integer DEFAULT nextval('api_token_id_seq'::regclass) NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  hash bytea NOT NULL,
  role text NOT NULL,
  sources text[],
  created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  created_by text NOT NULL,
  expires_at timestamp(6) with time zone NOT NULL,
  revoked_at timestamp(6) with time zone,
  revoked_by text,
  last_used_at timestamp(6) with time zone,
  CONSTRAINT api_token_pkey PRIMARY KEY (id),
  CONSTRAINT api_token_check CHECK (expires_at > created_at AND expires_at <= (created_at + '366 days'::interval)),
  CONSTRAINT api_token_check1 CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)),
  CONSTRAINT api_token_hash_check CHECK (octet_length(hash) = 32),
  CONSTRAINT api_token_prefix_check CHECK (prefix ~ '^[0-9A-Za-z]{8}$'::text),
  CONSTRAINT api_token_role_check CHECK (role = ANY (ARRAY['viewer'::text, 'reviewer'::text, 'operator'::text, 'admin'::text])),
  CONSTRAINT api_token_sources_check CHECK (sources <> '{}'::text[])
);
CREATE UNIQUE INDEX api_token_prefix_key ON public.api_token USING btree (prefix);
CREATE TRIGGER api_token_moves_on BEFORE INSERT OR UPDATE ON api_token FOR EACH ROW EXECUTE FUNCTION api_token_moves_on();
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON api_token DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('id', 'last_used_at');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON api_token DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('id', 'last_used_at');
CREATE TRIGGER refuse_delete BEFORE DELETE ON api_token FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON api_token FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON api_token TO rolewatch_app;
GRANT INSERT (name, prefix, hash, role, sources, created_by, expires_at) ON api_token TO rolewatch_app;
GRANT UPDATE (revoked_at, revoked_by, last_used_at) ON api_token TO rolewatch_app;

CREATE TABLE assessment (
  source text NOT NULL,
  judgement integer NOT NULL,
  rule text NOT NULL,
  rule_version text NOT NULL,
  rule_digest text NOT NULL,
  judged integer NOT NULL,
  violated integer NOT NULL,
  unassessable integer NOT NULL,
  may_resolve boolean NOT NULL,
  why text,
  error text,
  CONSTRAINT assessment_pkey PRIMARY KEY (source, judgement, rule)
);
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON assessment FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON assessment FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON assessment TO rolewatch_app;

CREATE TABLE bucket (
  source text NOT NULL,
  no smallint NOT NULL,
  hash bytea NOT NULL,
  from_seq integer NOT NULL,
  until_seq integer,
  CONSTRAINT bucket_pkey PRIMARY KEY (source, no, from_seq),
  CONSTRAINT bucket_check CHECK (until_seq > from_seq),
  CONSTRAINT bucket_no_check CHECK (no >= 0 AND no <= 4095)
);
ALTER TABLE bucket ALTER COLUMN source SET STATISTICS 0;
CREATE UNIQUE INDEX bucket_open ON public.bucket USING btree (source, no) WHERE (until_seq IS NULL);
CREATE TRIGGER begins_now AFTER INSERT ON bucket REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION begins_now();
CREATE TRIGGER close_only BEFORE UPDATE ON bucket FOR EACH ROW EXECUTE FUNCTION close_only();
CREATE TRIGGER ends_now AFTER UPDATE ON bucket REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ends_now();
CREATE TRIGGER refuse_delete BEFORE DELETE ON bucket FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON bucket FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON bucket TO rolewatch_app;
GRANT UPDATE (until_seq) ON bucket TO rolewatch_app;

CREATE TABLE change (
  source text NOT NULL,
  seq integer NOT NULL,
  no integer NOT NULL,
  what text NOT NULL,
  cause text NOT NULL,
  subject bigint,
  scope text,
  role text,
  permission text,
  not_seen_at timestamp(6) with time zone,
  seen_at timestamp(6) with time zone NOT NULL,
  part_of integer,
  body jsonb NOT NULL,
  CONSTRAINT change_pkey PRIMARY KEY (source, seq, no),
  CONSTRAINT change_cause_check CHECK (cause = ANY (ARRAY['assignment'::text, 'catalogue'::text, 'group'::text, 'ou'::text, 'scope'::text, 'directory'::text, 'identity'::text, 'configuration'::text])),
  CONSTRAINT change_what_check CHECK (what = ANY (ARRAY['principal-appeared'::text, 'principal-disappeared'::text, 'role-granted'::text, 'role-revoked'::text, 'permission-gained'::text, 'permission-lost'::text, 'level-raised'::text, 'level-lowered'::text, 'role-defined'::text, 'role-redefined'::text, 'role-retired'::text, 'members-changed'::text, 'scope-appeared'::text, 'scope-disappeared'::text, 'scope-changed'::text, 'attribute-changed'::text, 'identity-linked'::text, 'identity-unlinked'::text]))
);
ALTER TABLE change ALTER COLUMN source SET STATISTICS 0;
CREATE INDEX change_source_subject_idx ON public.change USING btree (source, subject);
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source seq no', '');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source seq no', '');
CREATE TRIGGER of_this_publication AFTER INSERT ON change REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION of_this_publication();
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON change FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON change FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON change TO rolewatch_app;

CREATE TABLE finding (
  source text NOT NULL,
  id integer NOT NULL,
  rule text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  fields jsonb NOT NULL,
  opened_by integer NOT NULL,
  CONSTRAINT finding_pkey PRIMARY KEY (source, id),
  CONSTRAINT finding_subject_kind_check CHECK (subject_kind = ANY (ARRAY['principal'::text, 'role'::text, 'source'::text]))
);
CREATE UNIQUE INDEX finding_source_rule_subject_kind_subject_id_fields_key ON public.finding USING btree (source, rule, subject_kind, subject_id, fields);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON finding DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON finding FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON finding FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON finding TO rolewatch_app;

CREATE TABLE finding_event (
  source text NOT NULL,
  finding integer NOT NULL,
  no integer NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  severity text NOT NULL,
  message text NOT NULL,
  because jsonb NOT NULL,
  matched jsonb NOT NULL,
  matched_digest text NOT NULL,
  judgement integer,
  why text,
  waiver jsonb,
  actor text,
  reason text,
  recorded_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT finding_event_pkey PRIMARY KEY (source, finding, no),
  CONSTRAINT finding_event_check CHECK (
CASE kind
    WHEN 'opened'::text THEN state = 'open'::text
    WHEN 'reexplained'::text THEN state = ANY (ARRAY['open'::text, 'reopened'::text, 'acknowledged'::text, 'waived'::text])
    ELSE (kind = ANY (ARRAY['reopened'::text, 'acknowledged'::text, 'waived'::text, 'resolved'::text])) AND state = kind
END),
  CONSTRAINT finding_event_check1 CHECK ((state = 'waived'::text) = (waiver IS NOT NULL)),
  CONSTRAINT finding_event_check2 CHECK ((kind = ANY (ARRAY['reopened'::text, 'resolved'::text])) = (why IS NOT NULL)),
  CONSTRAINT finding_event_check3 CHECK ((kind = 'acknowledged'::text) = (actor IS NOT NULL)),
  CONSTRAINT finding_event_check4 CHECK ((kind = 'acknowledged'::text) = (judgement IS NULL)),
  CONSTRAINT finding_event_check5 CHECK ((actor IS NULL) = (reason IS NULL)),
  CONSTRAINT finding_event_matched_digest_check CHECK (matched_digest ~ '^[0-9a-f]{64}$'::text),
  CONSTRAINT finding_event_severity_check CHECK (severity = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text])),
  CONSTRAINT finding_event_why_check CHECK (why = ANY (ARRAY['came-back'::text, 'waiver-ended'::text, 'grew'::text, 'no-longer-violated'::text, 'rule-dropped'::text, 'subject-gone'::text, 'source-retired'::text]))
);
CREATE INDEX finding_event_source_judgement_idx ON public.finding_event USING btree (source, judgement);
CREATE TRIGGER finding_event_follows BEFORE INSERT ON finding_event FOR EACH ROW EXECUTE FUNCTION finding_event_follows();
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON finding_event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source finding no', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON finding_event FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON finding_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON finding_event TO rolewatch_app;
GRANT INSERT (source, finding, no, kind, state, severity, message, because, matched, matched_digest, judgement, why, waiver, actor, reason) ON finding_event TO rolewatch_app;

CREATE TABLE grant_ (
  source text NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  identity_id bigint NOT NULL,
  principal bigint NOT NULL,
  target text NOT NULL,
  in_scope text NOT NULL,
  from_seq integer NOT NULL,
  until_seq integer,
  CONSTRAINT grant__pkey PRIMARY KEY (source, stream, scope, identity_id, principal, target, in_scope, from_seq),
  CONSTRAINT grant__check CHECK (until_seq > from_seq)
);
ALTER TABLE grant_ ALTER COLUMN source SET STATISTICS 0;
CREATE INDEX grant__source_from_seq_idx ON public.grant_ USING btree (source, from_seq);
CREATE INDEX grant__source_principal_target_in_scope_idx ON public.grant_ USING btree (source, principal, target, in_scope);
CREATE INDEX grant__source_until_seq_idx ON public.grant_ USING btree (source, until_seq);
CREATE UNIQUE INDEX grant_open ON public.grant_ USING btree (source, stream, scope, identity_id, principal, target, in_scope) WHERE (until_seq IS NULL);
CREATE TRIGGER begins_now AFTER INSERT ON grant_ REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION begins_now();
CREATE TRIGGER close_only BEFORE UPDATE ON grant_ FOR EACH ROW EXECUTE FUNCTION close_only();
CREATE TRIGGER ends_now AFTER UPDATE ON grant_ REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ends_now();
CREATE TRIGGER refuse_delete BEFORE DELETE ON grant_ FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON grant_ FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON grant_ TO rolewatch_app;
GRANT UPDATE (until_seq) ON grant_ TO rolewatch_app;

CREATE TABLE hint (
  source text NOT NULL,
  hinted_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  run_id bigint,
  CONSTRAINT hint_pkey PRIMARY KEY (source)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON hint TO rolewatch_app;

CREATE TABLE hold (
  source text NOT NULL,
  seq integer NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  identity_id bigint NOT NULL,
  CONSTRAINT hold_pkey PRIMARY KEY (source, seq, stream, scope, identity_id)
);
ALTER TABLE hold ALTER COLUMN source SET STATISTICS 0;
CREATE TRIGGER of_this_publication AFTER INSERT ON hold REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION of_this_publication();
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON hold FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON hold FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON hold TO rolewatch_app;

CREATE TABLE identity (
  source text NOT NULL,
  identity_id bigint DEFAULT nextval('identity_identity_id_seq'::regclass) NOT NULL,
  name_space text NOT NULL,
  match_key text COLLATE "C",
  match_form integer NOT NULL,
  shown_key text,
  name_tag bytea,
  name_tag_key integer,
  salt bytea,
  erased_at timestamp(6) with time zone,
  CONSTRAINT identity_pkey PRIMARY KEY (source, identity_id),
  CONSTRAINT identity_check CHECK ((erased_at IS NULL) = (match_key IS NOT NULL)),
  CONSTRAINT identity_check1 CHECK ((erased_at IS NULL) = (salt IS NOT NULL)),
  CONSTRAINT identity_name_space_check CHECK (name_space = ANY (ARRAY['admin'::text, 'dn'::text, 'member'::text, 'token'::text, 'role'::text, 'scope'::text]))
);
ALTER TABLE identity ALTER COLUMN source SET STATISTICS 0;
CREATE UNIQUE INDEX identity_source_name_space_match_key_key ON public.identity USING btree (source, name_space, match_key);
CREATE INDEX identity_source_name_tag_idx ON public.identity USING btree (source, name_tag);
CREATE TRIGGER identity_stays BEFORE UPDATE ON identity FOR EACH ROW EXECUTE FUNCTION identity_stays();
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON identity DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (old.erased_at IS NOT NULL) EXECUTE FUNCTION journalled('source identity_id', 'name_tag name_tag_key');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON identity DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.erased_at IS NOT NULL) EXECUTE FUNCTION journalled('source identity_id', 'name_tag name_tag_key');
CREATE TRIGGER refuse_delete BEFORE DELETE ON identity FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON identity FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON identity TO rolewatch_app;
GRANT UPDATE (name_tag, name_tag_key) ON identity TO rolewatch_app;

CREATE TABLE journal (
  no bigint NOT NULL,
  at timestamp(6) with time zone NOT NULL,
  about text NOT NULL,
  key jsonb NOT NULL,
  how text NOT NULL,
  by text NOT NULL,
  content bytea,
  hash bytea NOT NULL,
  CONSTRAINT journal_pkey PRIMARY KEY (no),
  CONSTRAINT journal_check CHECK ((how = 'deleted'::text) = (content IS NULL)),
  CONSTRAINT journal_how_check CHECK (how = ANY (ARRAY['written'::text, 'adopted'::text, 'deleted'::text]))
);
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON journal FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON journal TO rolewatch_app;

CREATE TABLE judgement (
  source text NOT NULL,
  id integer NOT NULL,
  seq integer NOT NULL,
  snapshot_digest bytea NOT NULL,
  ruleset_digest text NOT NULL,
  waivers_digest text NOT NULL,
  verdicts_digest text NOT NULL,
  own_account bigint,
  as_of timestamp(6) with time zone NOT NULL,
  reason text NOT NULL,
  recorded_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  waivers text[],
  CONSTRAINT judgement_pkey PRIMARY KEY (source, id),
  CONSTRAINT judgement_check CHECK (verdicts_digest ~ '^[0-9a-f]{64}$'::text AND waivers_digest ~ '^[0-9a-f]{64}$'::text),
  CONSTRAINT judgement_reason_check CHECK (reason = ANY (ARRAY['published'::text, 'activated'::text, 'waivers'::text, 'daily'::text, 'manual'::text]))
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON judgement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', '');
CREATE TRIGGER judgement_follows BEFORE INSERT ON judgement FOR EACH ROW EXECUTE FUNCTION judgement_follows();
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON judgement FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON judgement FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON judgement TO rolewatch_app;
GRANT INSERT (source, id, seq, snapshot_digest, ruleset_digest, waivers_digest, verdicts_digest, own_account, as_of, reason, waivers) ON judgement TO rolewatch_app;

CREATE TABLE judgement_due (
  source text NOT NULL,
  id bigint DEFAULT nextval('judgement_due_id_seq'::regclass) NOT NULL,
  seq integer,
  reason text NOT NULL,
  due_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  epoch integer DEFAULT 0 NOT NULL,
  failures integer DEFAULT 0 NOT NULL,
  why text,
  lease_until timestamp(6) with time zone,
  holder text,
  CONSTRAINT judgement_due_pkey PRIMARY KEY (source, id),
  CONSTRAINT judgement_due_check CHECK ((reason = 'published'::text) = (seq IS NOT NULL)),
  CONSTRAINT judgement_due_reason_check CHECK (reason = ANY (ARRAY['published'::text, 'activated'::text, 'waivers'::text, 'daily'::text, 'manual'::text]))
);
CREATE UNIQUE INDEX judgement_due_once ON public.judgement_due USING btree (source, COALESCE(seq, 0));
GRANT DELETE, INSERT, SELECT, UPDATE ON judgement_due TO rolewatch_app;

CREATE TABLE known_repeat (
  source text NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  identity_id bigint NOT NULL,
  since_seq integer NOT NULL,
  CONSTRAINT known_repeat_pkey PRIMARY KEY (source, stream, scope, identity_id)
);
ALTER TABLE known_repeat ALTER COLUMN source SET STATISTICS 0;
GRANT DELETE, INSERT, SELECT, UPDATE ON known_repeat TO rolewatch_app;

CREATE TABLE legal_hold (
  source text NOT NULL,
  id bigint DEFAULT nextval('legal_hold_id_seq'::regclass) NOT NULL,
  identity_id bigint,
  reason text NOT NULL,
  actor text NOT NULL,
  created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  released_at timestamp(6) with time zone,
  released_by text,
  released_why text,
  CONSTRAINT legal_hold_pkey PRIMARY KEY (source, id),
  CONSTRAINT legal_hold_check CHECK (source <> '*'::text OR identity_id IS NULL),
  CONSTRAINT legal_hold_check1 CHECK ((released_by IS NULL) = (released_why IS NULL)),
  CONSTRAINT legal_hold_check2 CHECK (released_by IS NULL OR released_at IS NOT NULL)
);
CREATE UNIQUE INDEX legal_hold_open ON public.legal_hold USING btree (source, identity_id) WHERE (released_at IS NULL);
CREATE UNIQUE INDEX legal_hold_source_open ON public.legal_hold USING btree (source) WHERE ((released_at IS NULL) AND (identity_id IS NULL));
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON legal_hold DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', '');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON legal_hold DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', '');
CREATE TRIGGER legal_hold_moves_on BEFORE INSERT OR UPDATE ON legal_hold FOR EACH ROW EXECUTE FUNCTION legal_hold_moves_on();
CREATE TRIGGER refuse_delete BEFORE DELETE ON legal_hold FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON legal_hold FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON legal_hold TO rolewatch_app;
GRANT INSERT (source, identity_id, reason, actor) ON legal_hold TO rolewatch_app;
GRANT UPDATE (released_at, released_by, released_why) ON legal_hold TO rolewatch_app;

CREATE TABLE link (
  source text NOT NULL,
  identity_id bigint NOT NULL,
  to_identity_id bigint NOT NULL,
  reason text NOT NULL,
  from_seq integer NOT NULL,
  until_seq integer,
  CONSTRAINT link_pkey PRIMARY KEY (source, identity_id, to_identity_id, from_seq),
  CONSTRAINT link_check CHECK (until_seq > from_seq)
);
ALTER TABLE link ALTER COLUMN source SET STATISTICS 0;
CREATE UNIQUE INDEX link_open ON public.link USING btree (source, identity_id, to_identity_id) WHERE (until_seq IS NULL);
CREATE TRIGGER begins_now AFTER INSERT ON link REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION begins_now();
CREATE TRIGGER close_only BEFORE UPDATE ON link FOR EACH ROW EXECUTE FUNCTION close_only();
CREATE TRIGGER ends_now AFTER UPDATE ON link REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ends_now();
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON link DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source identity_id to_identity_id from_seq', '');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON link DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source identity_id to_identity_id from_seq', '');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON link DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source identity_id to_identity_id from_seq', '');
CREATE TRIGGER refuse_delete BEFORE DELETE ON link FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON link FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON link TO rolewatch_app;
GRANT UPDATE (until_seq) ON link TO rolewatch_app;

CREATE TABLE observation (
  source text NOT NULL,
  seq integer NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  verdict text NOT NULL,
  rows integer NOT NULL,
  total integer,
  pages integer NOT NULL,
  pages_digest bytea,
  read_from timestamp(6) with time zone,
  read_to timestamp(6) with time zone,
  observed_at timestamp(6) with time zone,
  stated_by text NOT NULL,
  reads integer NOT NULL,
  unconfirmed integer NOT NULL,
  held integer NOT NULL,
  why text,
  CONSTRAINT observation_pkey PRIMARY KEY (source, seq, stream, scope),
  CONSTRAINT observation_check CHECK (verdict = 'complete'::text OR why IS NOT NULL),
  CONSTRAINT observation_verdict_check CHECK (verdict = ANY (ARRAY['complete'::text, 'partial'::text, 'denied'::text, 'masked'::text]))
);
CREATE TRIGGER of_this_publication AFTER INSERT ON observation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION of_this_publication();
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON observation FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON observation FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON observation TO rolewatch_app;

CREATE TABLE outbox (
  source text NOT NULL,
  id bigint DEFAULT nextval('outbox_id_seq'::regclass) NOT NULL,
  seq integer NOT NULL,
  channel text NOT NULL,
  recipient text NOT NULL,
  message_id text NOT NULL,
  severity text NOT NULL,
  subject text,
  content jsonb,
  state text DEFAULT 'pending'::text NOT NULL,
  why text,
  attempts integer DEFAULT 0 NOT NULL,
  unconfirmed integer DEFAULT 0 NOT NULL,
  epoch integer DEFAULT 0 NOT NULL,
  holder text,
  lease_until timestamp(6) with time zone,
  created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  due_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  tried_since timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  ended_at timestamp(6) with time zone,
  blanked_at timestamp(6) with time zone,
  kind text DEFAULT 'alerts'::text NOT NULL,
  schedule jsonb,
  slot timestamp(6) with time zone,
  step integer,
  told_by bigint,
  CONSTRAINT outbox_pkey PRIMARY KEY (source, id),
  CONSTRAINT outbox_channel_check CHECK (channel = ANY (ARRAY['mail'::text, 'hook'::text])),
  CONSTRAINT outbox_check CHECK ((state = ANY (ARRAY['sent'::text, 'dead'::text, 'collected'::text, 'withdrawn'::text])) = (ended_at IS NOT NULL)),
  CONSTRAINT outbox_check1 CHECK (state <> 'dead'::text OR why IS NOT NULL),
  CONSTRAINT outbox_check2 CHECK ((content IS NULL) = (blanked_at IS NOT NULL)),
  CONSTRAINT outbox_check3 CHECK ((subject IS NULL) = (blanked_at IS NOT NULL)),
  CONSTRAINT outbox_check4 CHECK ((kind = ANY (ARRAY['digest'::text, 'all-quiet'::text])) = (slot IS NOT NULL)),
  CONSTRAINT outbox_check5 CHECK ((kind = 'escalation'::text) = (step IS NOT NULL)),
  CONSTRAINT outbox_check6 CHECK ((state = 'collected'::text) = (told_by IS NOT NULL)),
  CONSTRAINT outbox_check7 CHECK (state <> 'withdrawn'::text OR kind = 'escalation'::text),
  CONSTRAINT outbox_check8 CHECK (state <> 'waiting'::text OR kind = 'escalation'::text OR schedule IS NOT NULL),
  CONSTRAINT outbox_kind_check CHECK (kind = ANY (ARRAY['alerts'::text, 'digest'::text, 'escalation'::text, 'all-quiet'::text])),
  CONSTRAINT outbox_severity_check CHECK (severity = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text])),
  CONSTRAINT outbox_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'pending'::text, 'sending'::text, 'sent'::text, 'dead'::text, 'collected'::text, 'withdrawn'::text]))
);
CREATE UNIQUE INDEX outbox_message_id_key ON public.outbox USING btree (message_id);
CREATE UNIQUE INDEX outbox_once_a_slot ON public.outbox USING btree (kind, channel, lower(recipient), slot) WHERE (slot IS NOT NULL);
CREATE INDEX outbox_open ON public.outbox USING btree (due_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));
CREATE INDEX outbox_source_seq_idx ON public.outbox USING btree (source, seq);
CREATE INDEX outbox_told_by_idx ON public.outbox USING btree (told_by);
CREATE INDEX outbox_waiting ON public.outbox USING btree (due_at) WHERE (state = 'waiting'::text);
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', 'holder lease_until due_at');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', 'holder lease_until due_at');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', 'holder lease_until due_at');
CREATE TRIGGER outbox_moves_on BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_moves_on();
CREATE TRIGGER refuse_delete BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON outbox TO rolewatch_app;
GRANT INSERT (source, seq, channel, recipient, message_id, kind, schedule, slot, step) ON outbox TO rolewatch_app;
GRANT INSERT (severity, subject, content, state, due_at), UPDATE (severity, subject, content, state, due_at) ON outbox TO rolewatch_app;
GRANT UPDATE (why, attempts, unconfirmed, epoch, holder, lease_until, tried_since, ended_at, told_by) ON outbox TO rolewatch_app;

CREATE TABLE outbox_about (
  source text NOT NULL,
  id bigint NOT NULL,
  identity_id bigint NOT NULL,
  CONSTRAINT outbox_about_pkey PRIMARY KEY (source, id, identity_id)
);
CREATE INDEX outbox_about_source_identity_id_idx ON public.outbox_about USING btree (source, identity_id);
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON outbox_about FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON outbox_about FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON outbox_about TO rolewatch_app;

CREATE TABLE outbox_alert (
  source text NOT NULL,
  id bigint NOT NULL,
  no integer NOT NULL,
  CONSTRAINT outbox_alert_pkey PRIMARY KEY (source, id, no)
);
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON outbox_alert FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON outbox_alert FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON outbox_alert TO rolewatch_app;

CREATE TABLE outbox_attempt (
  source text NOT NULL,
  id bigint NOT NULL,
  no integer NOT NULL,
  holder text NOT NULL,
  began_at timestamp(6) with time zone NOT NULL,
  ended_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  outcome text NOT NULL,
  said text NOT NULL,
  digest bytea,
  CONSTRAINT outbox_attempt_pkey PRIMARY KEY (source, id, no),
  CONSTRAINT outbox_attempt_outcome_check CHECK (outcome = ANY (ARRAY['sent'::text, 'failed'::text, 'refused'::text, 'unconfirmed'::text]))
);
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON outbox_attempt DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id no', '');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON outbox_attempt DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id no', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON outbox_attempt FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON outbox_attempt FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON outbox_attempt TO rolewatch_app;
GRANT INSERT (source, id, no, holder, began_at, outcome, said, digest) ON outbox_attempt TO rolewatch_app;

CREATE TABLE page (
  source text NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  no integer NOT NULL,
  form integer NOT NULL,
  hash bytea NOT NULL,
  rows integer NOT NULL,
  total integer,
  identity_ids bigint[],
  CONSTRAINT page_pkey PRIMARY KEY (source, stream, scope, no)
);
ALTER TABLE page ALTER COLUMN source SET STATISTICS 0;
GRANT DELETE, INSERT, SELECT, UPDATE ON page TO rolewatch_app;

CREATE TABLE record (
  source text NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  identity_id bigint NOT NULL,
  from_seq integer NOT NULL,
  until_seq integer,
  form integer NOT NULL,
  tag bytea NOT NULL,
  tag_key integer NOT NULL,
  leaf bytea NOT NULL,
  bucket smallint NOT NULL,
  commit bytea NOT NULL,
  body jsonb NOT NULL,
  personal jsonb,
  merged boolean DEFAULT false NOT NULL,
  bears_right boolean NOT NULL,
  CONSTRAINT record_pkey PRIMARY KEY (source, stream, scope, identity_id, from_seq),
  CONSTRAINT record_check CHECK (until_seq > from_seq),
  CONSTRAINT record_check1 CHECK (octet_length(leaf) = 32 AND octet_length(commit) = 32),
  CONSTRAINT record_check2 CHECK (bucket = ((get_byte(leaf, 0) << 4) | (get_byte(leaf, 1) >> 4)))
);
ALTER TABLE record ALTER COLUMN source SET STATISTICS 0;
CREATE INDEX record_bucket ON public.record USING btree (source, bucket) WHERE (until_seq IS NULL);
CREATE UNIQUE INDEX record_open ON public.record USING btree (source, stream, scope, identity_id) WHERE (until_seq IS NULL);
CREATE INDEX record_right ON public.record USING btree (source, stream, scope) WHERE ((until_seq IS NULL) AND bears_right);
CREATE INDEX record_source_from_seq_idx ON public.record USING btree (source, from_seq);
CREATE INDEX record_source_identity_id_idx ON public.record USING btree (source, identity_id);
CREATE INDEX record_source_until_seq_idx ON public.record USING btree (source, until_seq);
CREATE TRIGGER begins_now AFTER INSERT ON record REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION begins_now();
CREATE TRIGGER close_only BEFORE UPDATE ON record FOR EACH ROW EXECUTE FUNCTION close_only();
CREATE TRIGGER ends_now AFTER UPDATE ON record REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ends_now();
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON record DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (old.merged) EXECUTE FUNCTION journalled('source stream scope identity_id from_seq', 'until_seq form tag tag_key leaf bucket commit body personal bears_right');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON record DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.merged) EXECUTE FUNCTION journalled('source stream scope identity_id from_seq', 'until_seq form tag tag_key leaf bucket commit body personal bears_right');
CREATE TRIGGER refuse_delete BEFORE DELETE ON record FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON record TO rolewatch_app;
GRANT UPDATE (until_seq) ON record TO rolewatch_app;

CREATE TABLE release (
  source text NOT NULL,
  id bigint DEFAULT nextval('release_id_seq'::regclass) NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  hold_seq integer NOT NULL,
  expected integer NOT NULL,
  reason text NOT NULL,
  actor text NOT NULL,
  created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  used_seq integer,
  CONSTRAINT release_pkey PRIMARY KEY (source, id)
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON release DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', '');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON release DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', '');
CREATE TRIGGER refuse_delete BEFORE DELETE ON release FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON release FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER steps_once BEFORE UPDATE ON release FOR EACH ROW EXECUTE FUNCTION steps_once('used_seq');
GRANT SELECT ON release TO rolewatch_app;
GRANT INSERT (source, stream, scope, hold_seq, expected, reason, actor) ON release TO rolewatch_app;
GRANT UPDATE (used_seq) ON release TO rolewatch_app;

CREATE TABLE replica (
  id text NOT NULL,
  roles text[],
  sources text[],
  version text NOT NULL,
  started_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  beat_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  looked_at timestamp(6) with time zone,
  stopped_at timestamp(6) with time zone,
  clock_ahead_ms integer,
  clock_unsure_ms integer,
  CONSTRAINT replica_pkey PRIMARY KEY (id),
  CONSTRAINT replica_roles_check CHECK (roles <@ ARRAY['api'::text, 'worker'::text] AND roles <> '{}'::text[])
);
GRANT DELETE, INSERT, SELECT, UPDATE ON replica TO rolewatch_app;

CREATE TABLE retention_horizon (
  source text NOT NULL,
  kind text NOT NULL,
  seq integer NOT NULL,
  before timestamp(6) with time zone NOT NULL,
  days integer NOT NULL,
  moved_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT retention_horizon_pkey PRIMARY KEY (source, kind, seq),
  CONSTRAINT retention_horizon_check CHECK (seq > 1 AND days >= 30),
  CONSTRAINT retention_horizon_kind_check CHECK (kind = ANY (ARRAY['versions'::text, 'observations'::text, 'messages'::text, 'log'::text]))
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON retention_horizon DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source kind seq', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON retention_horizon FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention_horizon FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON retention_horizon TO rolewatch_app;

CREATE TABLE retention_policy (
  source text NOT NULL,
  kind text NOT NULL,
  id integer DEFAULT nextval('retention_policy_id_seq'::regclass) NOT NULL,
  days integer,
  actor text NOT NULL,
  stated_at timestamp(6) with time zone NOT NULL,
  CONSTRAINT retention_policy_pkey PRIMARY KEY (source, kind, id),
  CONSTRAINT retention_policy_days_check CHECK (days >= 30),
  CONSTRAINT retention_policy_kind_check CHECK (kind = ANY (ARRAY['versions'::text, 'observations'::text, 'messages'::text, 'log'::text]))
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON retention_policy DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source kind id', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON retention_policy FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention_policy FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER stated_now BEFORE INSERT ON retention_policy FOR EACH ROW EXECUTE FUNCTION stated_now();
GRANT SELECT ON retention_policy TO rolewatch_app;
GRANT INSERT (source, kind, days, actor) ON retention_policy TO rolewatch_app;

CREATE TABLE retention_run (
  source text NOT NULL,
  id integer DEFAULT nextval('retention_run_id_seq'::regclass) NOT NULL,
  night date,
  epoch integer DEFAULT 1 NOT NULL,
  holder text,
  lease_until timestamp(6) with time zone,
  started_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  ended_at timestamp(6) with time zone,
  horizon_before integer,
  horizon_after integer,
  removed jsonb DEFAULT '{}'::jsonb NOT NULL,
  why text,
  error text,
  CONSTRAINT retention_run_pkey PRIMARY KEY (source, id),
  CONSTRAINT retention_run_check CHECK (error IS NULL OR ended_at IS NOT NULL)
);
CREATE UNIQUE INDEX retention_run_open ON public.retention_run USING btree (source) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX retention_run_source_night_key ON public.retention_run USING btree (source, night);
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON retention_run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', 'epoch holder lease_until');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON retention_run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', 'epoch holder lease_until');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON retention_run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', 'epoch holder lease_until');
CREATE TRIGGER refuse_delete BEFORE DELETE ON retention_run FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention_run FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER retention_run_moves_on BEFORE UPDATE ON retention_run FOR EACH ROW EXECUTE FUNCTION retention_run_moves_on();
GRANT SELECT ON retention_run TO rolewatch_app;
GRANT INSERT (source, night) ON retention_run TO rolewatch_app;
GRANT INSERT (holder, lease_until), UPDATE (holder, lease_until) ON retention_run TO rolewatch_app;
GRANT UPDATE (epoch, ended_at, horizon_before, horizon_after, removed, why, error) ON retention_run TO rolewatch_app;

CREATE TABLE role_permission (
  source text NOT NULL,
  scope text NOT NULL,
  role text NOT NULL,
  permission text NOT NULL,
  from_seq integer NOT NULL,
  until_seq integer,
  CONSTRAINT role_permission_pkey PRIMARY KEY (source, scope, role, permission, from_seq),
  CONSTRAINT role_permission_check CHECK (until_seq > from_seq)
);
ALTER TABLE role_permission ALTER COLUMN source SET STATISTICS 0;
CREATE UNIQUE INDEX role_permission_open ON public.role_permission USING btree (source, scope, role, permission) WHERE (until_seq IS NULL);
CREATE TRIGGER begins_now AFTER INSERT ON role_permission REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION begins_now();
CREATE TRIGGER close_only BEFORE UPDATE ON role_permission FOR EACH ROW EXECUTE FUNCTION close_only();
CREATE TRIGGER ends_now AFTER UPDATE ON role_permission REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ends_now();
CREATE TRIGGER refuse_delete BEFORE DELETE ON role_permission FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON role_permission FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT INSERT, SELECT ON role_permission TO rolewatch_app;
GRANT UPDATE (until_seq) ON role_permission TO rolewatch_app;

CREATE TABLE ruleset (
  digest text NOT NULL,
  document jsonb NOT NULL,
  recorded_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT ruleset_pkey PRIMARY KEY (digest),
  CONSTRAINT ruleset_digest_check CHECK (digest ~ '^[0-9a-f]{64}$'::text)
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON ruleset DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('digest', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON ruleset FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ruleset FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON ruleset TO rolewatch_app;
GRANT INSERT (digest, document) ON ruleset TO rolewatch_app;

CREATE TABLE ruleset_activation (
  id integer NOT NULL,
  digest text NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  activated_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT ruleset_activation_pkey PRIMARY KEY (id)
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON ruleset_activation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('id', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON ruleset_activation FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ruleset_activation FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON ruleset_activation TO rolewatch_app;
GRANT INSERT (id, digest, actor, reason) ON ruleset_activation TO rolewatch_app;

CREATE TABLE run (
  id bigint DEFAULT nextval('run_id_seq'::regclass) NOT NULL,
  source text NOT NULL,
  due_at timestamp(6) with time zone NOT NULL,
  epoch integer NOT NULL,
  base_seq integer NOT NULL,
  started_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  ended_at timestamp(6) with time zone,
  outcome text,
  why text,
  CONSTRAINT run_pkey PRIMARY KEY (id)
);
CREATE INDEX run_source_due_at_idx ON public.run USING btree (source, due_at);
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('id', '');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('id', '');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('id', '');
GRANT INSERT, SELECT, UPDATE ON run TO rolewatch_app;

CREATE TABLE slot (
  source text NOT NULL,
  due_at timestamp(6) with time zone NOT NULL,
  trigger text NOT NULL,
  state text DEFAULT 'due'::text NOT NULL,
  why text,
  epoch integer DEFAULT 0 NOT NULL,
  lease_until timestamp(6) with time zone,
  holder text,
  run_id bigint,
  seq integer,
  created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  ended_at timestamp(6) with time zone,
  CONSTRAINT slot_pkey PRIMARY KEY (source, due_at),
  CONSTRAINT slot_check CHECK ((state <> ALL (ARRAY['failed'::text, 'missed'::text])) OR why IS NOT NULL),
  CONSTRAINT slot_check1 CHECK (state <> 'published'::text OR seq IS NOT NULL),
  CONSTRAINT slot_state_check CHECK (state = ANY (ARRAY['due'::text, 'leased'::text, 'published'::text, 'failed'::text, 'missed'::text])),
  CONSTRAINT slot_trigger_check CHECK (trigger = ANY (ARRAY['schedule'::text, 'manual'::text]))
);
CREATE INDEX slot_state_due_at_idx ON public.slot USING btree (state, due_at);
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON slot DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source due_at', 'holder lease_until epoch');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON slot DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source due_at', 'holder lease_until epoch');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON slot DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source due_at', 'holder lease_until epoch');
GRANT INSERT, SELECT, UPDATE ON slot TO rolewatch_app;

CREATE TABLE snapshot (
  source text NOT NULL,
  seq integer NOT NULL,
  run_id bigint,
  recorded_at timestamp(6) with time zone NOT NULL,
  root bytea NOT NULL,
  manifest text NOT NULL,
  digest bytea NOT NULL,
  previous_digest bytea,
  CONSTRAINT snapshot_pkey PRIMARY KEY (source, seq),
  CONSTRAINT snapshot_check CHECK (digest = sha256(convert_to(manifest, 'UTF8'::name))),
  CONSTRAINT snapshot_root_check CHECK (octet_length(root) = 32),
  CONSTRAINT snapshot_seq_check CHECK (seq > 0)
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON snapshot DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source seq', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON snapshot FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON snapshot FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER snapshot_follows BEFORE INSERT ON snapshot FOR EACH ROW EXECUTE FUNCTION snapshot_follows();
GRANT INSERT, SELECT ON snapshot TO rolewatch_app;

CREATE TABLE source (
  name text NOT NULL,
  kind text NOT NULL,
  last_seq integer DEFAULT 0 NOT NULL,
  paused_at timestamp(6) with time zone,
  paused_why text,
  retired_seq integer,
  created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT source_pkey PRIMARY KEY (name)
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON source DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('name', '');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON source DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('name', '');
GRANT INSERT, SELECT, UPDATE ON source TO rolewatch_app;

CREATE UNLOGGED TABLE stage_closing (
  run_id bigint NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  identity_id bigint NOT NULL,
  matters boolean NOT NULL,
  bears_right boolean NOT NULL,
  exempt boolean NOT NULL,
  CONSTRAINT stage_closing_pkey PRIMARY KEY (run_id, stream, scope, identity_id)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON stage_closing TO rolewatch_app;

CREATE UNLOGGED TABLE stage_identity (
  run_id bigint NOT NULL,
  name_space text NOT NULL,
  match_key text NOT NULL,
  identity_id bigint NOT NULL,
  shown_key text NOT NULL,
  name_tag bytea,
  salt bytea NOT NULL,
  CONSTRAINT stage_identity_pkey PRIMARY KEY (run_id, name_space, match_key)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON stage_identity TO rolewatch_app;

CREATE UNLOGGED TABLE stage_page (
  run_id bigint NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  attempt integer NOT NULL,
  no integer NOT NULL,
  hash bytea NOT NULL,
  rows integer NOT NULL,
  total integer,
  same boolean NOT NULL,
  CONSTRAINT stage_page_pkey PRIMARY KEY (run_id, stream, scope, attempt, no)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON stage_page TO rolewatch_app;

CREATE UNLOGGED TABLE stage_record (
  run_id bigint NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  attempt integer NOT NULL,
  identity_id bigint NOT NULL,
  name_tag bytea,
  tag bytea NOT NULL,
  leaf bytea NOT NULL,
  commit bytea NOT NULL,
  body jsonb NOT NULL,
  personal jsonb NOT NULL,
  bears_right boolean NOT NULL,
  grants jsonb NOT NULL,
  permissions jsonb NOT NULL,
  merged jsonb
);
CREATE INDEX stage_record_run_id_stream_scope_attempt_identity_id_idx ON public.stage_record USING btree (run_id, stream, scope, attempt, identity_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON stage_record TO rolewatch_app;

CREATE UNLOGGED TABLE stage_run (
  run_id bigint NOT NULL,
  CONSTRAINT stage_run_pkey PRIMARY KEY (run_id)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON stage_run TO rolewatch_app;

CREATE UNLOGGED TABLE stage_seen (
  run_id bigint NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  attempt integer NOT NULL,
  identity_id bigint NOT NULL,
  tag bytea NOT NULL,
  page_no integer NOT NULL
);
CREATE INDEX stage_seen_run_id_stream_scope_attempt_identity_id_idx ON public.stage_seen USING btree (run_id, stream, scope, attempt, identity_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON stage_seen TO rolewatch_app;

CREATE TABLE store_horizon (
  kind text NOT NULL,
  before timestamp(6) with time zone NOT NULL,
  days integer NOT NULL,
  moved_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT store_horizon_pkey PRIMARY KEY (kind, before),
  CONSTRAINT store_horizon_days_check CHECK (days >= 30),
  CONSTRAINT store_horizon_kind_check CHECK (kind = ANY (ARRAY['messages'::text, 'log'::text]))
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON store_horizon DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('kind before', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON store_horizon FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON store_horizon FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON store_horizon TO rolewatch_app;

CREATE TABLE tag_key (
  no integer NOT NULL,
  wrapped bytea NOT NULL,
  created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT tag_key_pkey PRIMARY KEY (no)
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON tag_key DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('no', '');
GRANT SELECT ON tag_key TO rolewatch_app;
GRANT INSERT (no, wrapped) ON tag_key TO rolewatch_app;

CREATE TABLE waiver (
  source text NOT NULL,
  id text NOT NULL,
  rule text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  fields jsonb NOT NULL,
  reason text NOT NULL,
  approver text NOT NULL,
  valid_from timestamp(6) with time zone,
  valid_until timestamp(6) with time zone NOT NULL,
  accepts text,
  recorded_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT waiver_pkey PRIMARY KEY (source, id),
  CONSTRAINT waiver_id_check CHECK (id ~ '^[0-9a-f]{64}$'::text),
  CONSTRAINT waiver_subject_kind_check CHECK (subject_kind = ANY (ARRAY['principal'::text, 'role'::text, 'source'::text]))
);
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON waiver DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source id', '');
CREATE TRIGGER refuse_rewrite BEFORE DELETE OR UPDATE ON waiver FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON waiver FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON waiver TO rolewatch_app;
GRANT INSERT (source, id, rule, subject_kind, subject_id, fields, reason, approver, valid_from, valid_until, accepts) ON waiver TO rolewatch_app;

CREATE TABLE watch (
  source text NOT NULL,
  stream text NOT NULL,
  scope text NOT NULL,
  from_seq integer NOT NULL,
  first_complete_seq integer,
  until_seq integer,
  CONSTRAINT watch_pkey PRIMARY KEY (source, stream, scope, from_seq),
  CONSTRAINT watch_check CHECK (until_seq > from_seq),
  CONSTRAINT watch_check1 CHECK (first_complete_seq >= from_seq)
);
CREATE UNIQUE INDEX watch_open ON public.watch USING btree (source, stream, scope) WHERE (until_seq IS NULL);
CREATE TRIGGER begins_now AFTER INSERT ON watch REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION begins_now();
CREATE CONSTRAINT TRIGGER journal_delete AFTER DELETE ON watch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source stream scope from_seq', '');
CREATE CONSTRAINT TRIGGER journal_insert AFTER INSERT ON watch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source stream scope from_seq', '');
CREATE CONSTRAINT TRIGGER journal_update AFTER UPDATE ON watch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journalled('source stream scope from_seq', '');
CREATE TRIGGER refuse_delete BEFORE DELETE ON watch FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON watch FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER steps_once BEFORE UPDATE ON watch FOR EACH ROW EXECUTE FUNCTION steps_once('first_complete_seq', 'until_seq');
GRANT INSERT, SELECT ON watch TO rolewatch_app;
GRANT UPDATE (first_complete_seq, until_seq) ON watch TO rolewatch_app;

CREATE SEQUENCE api_token_id_seq AS integer;
GRANT USAGE ON SEQUENCE api_token_id_seq TO rolewatch_app;

CREATE SEQUENCE identity_identity_id_seq AS bigint;
GRANT USAGE ON SEQUENCE identity_identity_id_seq TO rolewatch_app;

CREATE SEQUENCE judgement_due_id_seq AS bigint;
GRANT USAGE ON SEQUENCE judgement_due_id_seq TO rolewatch_app;

CREATE SEQUENCE legal_hold_id_seq AS bigint;
GRANT USAGE ON SEQUENCE legal_hold_id_seq TO rolewatch_app;

CREATE SEQUENCE outbox_id_seq AS bigint;
GRANT USAGE ON SEQUENCE outbox_id_seq TO rolewatch_app;

CREATE SEQUENCE release_id_seq AS bigint;
GRANT USAGE ON SEQUENCE release_id_seq TO rolewatch_app;

CREATE SEQUENCE retention_policy_id_seq AS integer;
GRANT USAGE ON SEQUENCE retention_policy_id_seq TO rolewatch_app;

CREATE SEQUENCE retention_run_id_seq AS integer;
GRANT USAGE ON SEQUENCE retention_run_id_seq TO rolewatch_app;

CREATE SEQUENCE run_id_seq AS bigint;
GRANT USAGE ON SEQUENCE run_id_seq TO rolewatch_app;

CREATE OR REPLACE FUNCTION public.action_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.at NOT BETWEEN now() AND clock_timestamp() THEN
    RAISE EXCEPTION 'an action is logged when it is done' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM action_log)
     OR NEW.previous_hash IS DISTINCT FROM (SELECT hash FROM action_log ORDER BY id DESC LIMIT 1) THEN
    RAISE EXCEPTION 'action % does not follow the one before it', NEW.id USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.action_log_days()
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$
  SELECT CASE WHEN bool_and(days IS NOT NULL) THEN max(days) END
    FROM (SELECT retention_days(name, 'log') AS days FROM source UNION ALL SELECT retention_days('*', 'log')) kept
$function$;

CREATE OR REPLACE FUNCTION public.action_log_due()
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $function$
  SELECT CASE WHEN NOT EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL) THEN
    (SELECT id - 1 FROM action_log
      WHERE at > retention_clock() - make_interval(days => action_log_days()) OR id = (SELECT max(id) FROM action_log)
      ORDER BY action_log.id LIMIT 1) END
   WHERE action_log_days() IS NOT NULL
$function$;

CREATE OR REPLACE FUNCTION public.api_token_moves_on()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  moving CONSTANT text[] := ARRAY['revoked_at', 'revoked_by', 'last_used_at'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.created_at <> now() OR NEW.revoked_at IS NOT NULL OR NEW.last_used_at IS NOT NULL THEN
      RAISE EXCEPTION 'a token begins now' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF (to_jsonb(OLD) - moving) IS DISTINCT FROM (to_jsonb(NEW) - moving) THEN
    RAISE EXCEPTION 'what a token may do never changes: make another one' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (NEW.revoked_at, NEW.revoked_by) IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by)
     AND (OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS DISTINCT FROM now()) THEN
    RAISE EXCEPTION 'a token may only be revoked, once, now' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.last_used_at IS DISTINCT FROM OLD.last_used_at AND NEW.last_used_at IS DISTINCT FROM now() THEN
    RAISE EXCEPTION 'a token is used now' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.begins_now()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  stray record;
BEGIN
  SELECT r.source, r.from_seq INTO stray FROM (SELECT DISTINCT source, from_seq, until_seq FROM new_rows) r
   WHERE r.from_seq <> next_seq(r.source) OR r.until_seq IS NOT NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a row of % cannot begin at % of %', TG_TABLE_NAME, stray.from_seq, stray.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.being_published(of_source text, of_seq integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT of_seq = next_seq(of_source)
      OR EXISTS (SELECT FROM snapshot WHERE source = of_source AND seq = of_seq AND xmin = pg_current_xact_id()::xid)
$function$;

CREATE OR REPLACE FUNCTION public.blank_messages(of_source text, of_identity bigint)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
END $function$;
REVOKE ALL ON FUNCTION blank_messages(text,bigint) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.close_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  closed jsonb := to_jsonb(NEW);
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NEW;
  END IF;
  IF OLD.until_seq IS NOT NULL OR NEW.until_seq IS NULL
     OR (to_jsonb(OLD) - 'until_seq') IS DISTINCT FROM (closed - 'until_seq') THEN
    RAISE EXCEPTION 'a row of % may only be closed, once', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.delete_past_actions(at_most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
END $function$;
REVOKE ALL ON FUNCTION delete_past_actions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_past_actions(integer) TO rolewatch_app;

CREATE OR REPLACE FUNCTION public.delete_past_retention(of_source text, of_table text, at_most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
END $function$;
REVOKE ALL ON FUNCTION delete_past_retention(text,text,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_past_retention(text,text,integer) TO rolewatch_app;

CREATE OR REPLACE FUNCTION public.delete_past_store(of_table text, at_most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
END $function$;
REVOKE ALL ON FUNCTION delete_past_store(text,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_past_store(text,integer) TO rolewatch_app;

CREATE OR REPLACE FUNCTION public.ends_now()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  stray record;
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NULL;
  END IF;
  SELECT r.source, r.until_seq INTO stray FROM (SELECT DISTINCT source, until_seq FROM new_rows) r
   WHERE r.until_seq <> next_seq(r.source) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a row of % cannot end at % of %', TG_TABLE_NAME, stray.until_seq, stray.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.erase_identity(of_source text, of_identity bigint)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
END $function$;
REVOKE ALL ON FUNCTION erase_identity(text,bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_identity(text,bigint) TO rolewatch_app;

CREATE OR REPLACE FUNCTION public.finding_event_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.no <> (SELECT coalesce(max(no), 0) + 1 FROM finding_event WHERE source = NEW.source AND finding = NEW.finding) THEN
    RAISE EXCEPTION 'event % of finding % of % is not the next one', NEW.no, NEW.finding, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.recorded_at <> now() THEN
    RAISE EXCEPTION 'event % of finding % of % is not dated by the database', NEW.no, NEW.finding, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.horizon_due(of_source text, of_kind text)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION public.horizon_of(of_source text, of_kind text)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$
  SELECT max(seq) FROM retention_horizon WHERE source = of_source AND kind = of_kind
$function$;

CREATE OR REPLACE FUNCTION public.identity_stays()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NEW;
  END IF;
  IF (to_jsonb(OLD) - 'name_tag' - 'name_tag_key') IS DISTINCT FROM (to_jsonb(NEW) - 'name_tag' - 'name_tag_key') THEN
    RAISE EXCEPTION 'an identity is never rewritten' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.journal_adopt(of_table text, keys text, moving text, only_where text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
 SET "TimeZone" TO 'UTC'
 SET bytea_output TO 'hex'
AS $function$
DECLARE
  present record;
BEGIN
  FOR present IN EXECUTE format(
    'SELECT whole, key
       FROM (SELECT to_jsonb(t) - %L::text[] AS whole, (SELECT jsonb_object_agg(k, to_jsonb(t) -> k) FROM unnest(%L::text[]) AS k) AS key
               FROM %I t WHERE %s ORDER BY %s) adopted
      WHERE NOT EXISTS (SELECT FROM journal j WHERE j.about = %L AND j.key = adopted.key)',
    string_to_array(moving, ' '), string_to_array(keys, ' '), of_table, coalesce('t.' || only_where, 'true'),
    't.' || replace(keys, ' ', ', t.'), of_table) LOOP
    PERFORM journal_append(of_table, present.key, 'adopted', sha256(journal_text(present.whole) || journal_parts(of_table, present.whole)));
  END LOOP;
END $function$;
REVOKE ALL ON FUNCTION journal_adopt(text,text,text,text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.journal_append(of_table text, of_key jsonb, of_how text, of_content bytea)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  last record;
  moment timestamptz(6);
  writer text := CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;
BEGIN
  PERFORM pg_advisory_xact_lock(7270736905);
  SELECT no, hash INTO last FROM journal ORDER BY no DESC LIMIT 1;
  moment := clock_timestamp();
  INSERT INTO journal (no, at, about, key, how, "by", content, hash)
  VALUES (coalesce(last.no, 0) + 1, moment, of_table, of_key, of_how, writer, of_content,
          sha256(coalesce(last.hash, '') || convert_to(concat_ws(' ',
            coalesce(last.no, 0) + 1, to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            of_table, of_how, writer, coalesce(encode(of_content, 'hex'), '-'), of_key::text), 'UTF8')));
END $function$;
REVOKE ALL ON FUNCTION journal_append(text,jsonb,text,bytea) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.journal_parts(of_table text, whole jsonb)
 RETURNS bytea
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  of_source text := whole ->> 'source';
  of_id bigint := CASE WHEN of_table IN ('judgement', 'outbox') THEN whole ->> 'id' END;
  of_seq integer := CASE of_table WHEN 'snapshot' THEN whole ->> 'seq' END;
BEGIN
  RETURN CASE of_table
    WHEN 'snapshot' THEN
      (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM hold p WHERE source = of_source AND seq = of_seq) q)
      || (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM observation p WHERE source = of_source AND seq = of_seq) q)
    WHEN 'judgement' THEN
      (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM assessment p WHERE source = of_source AND judgement = of_id) q)
    WHEN 'outbox' THEN
      (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM outbox_about p WHERE source = of_source AND id = of_id) q)
      || (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM outbox_alert p WHERE source = of_source AND id = of_id) q)
    ELSE ''::bytea
  END;
END $function$;

CREATE OR REPLACE FUNCTION public.journal_text(whole jsonb)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT convert_to((SELECT jsonb_object_agg(k, v) FROM jsonb_each(whole) AS e (k, v) WHERE v <> 'null')::text, 'UTF8')
$function$;

CREATE OR REPLACE FUNCTION public.journalled()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET "TimeZone" TO 'UTC'
 SET bytea_output TO 'hex'
AS $function$
DECLARE
  keys CONSTANT text[] := string_to_array(TG_ARGV[0], ' ');
  moving CONSTANT text[] := string_to_array(TG_ARGV[1], ' ');
  whole jsonb := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END) - moving;
  parts bytea;
BEGIN
  parts := journal_parts(TG_TABLE_NAME, whole);
  IF TG_OP = 'UPDATE' AND parts = '' AND whole = to_jsonb(OLD) - moving THEN
    RETURN NULL;
  END IF;
  PERFORM journal_append(TG_TABLE_NAME, (SELECT jsonb_object_agg(k, whole -> k) FROM unnest(keys) AS k),
    CASE TG_OP WHEN 'DELETE' THEN 'deleted' ELSE 'written' END,
    CASE WHEN TG_OP <> 'DELETE' THEN sha256(journal_text(whole) || parts) END);
  RETURN NULL;
END $function$;
REVOKE ALL ON FUNCTION journalled() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.judgement_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  before record;
BEGIN
  SELECT id, seq, as_of INTO before FROM judgement WHERE source = NEW.source ORDER BY id DESC LIMIT 1;
  IF NEW.id <> coalesce(before.id, 0) + 1 THEN
    RAISE EXCEPTION 'judgement % of % is not the next one', NEW.id, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.seq < before.seq OR NEW.as_of < before.as_of THEN
    RAISE EXCEPTION 'judgement % of % goes back in time', NEW.id, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.as_of > clock_timestamp() OR NEW.recorded_at <> now() THEN
    RAISE EXCEPTION 'judgement % of % is not dated by the database', NEW.id, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT FROM snapshot WHERE source = NEW.source AND seq = NEW.seq AND digest = NEW.snapshot_digest) THEN
    RAISE EXCEPTION 'judgement % of % is of no snapshot', NEW.id, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.keep_journal(of_table text, keys text, moving text, events text, only_where text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  event text;
BEGIN
  PERFORM journal_adopt(of_table, keys, moving, only_where);
  FOREACH event IN ARRAY string_to_array(events, ' ') LOOP
    EXECUTE format(
      'CREATE CONSTRAINT TRIGGER %I AFTER %s ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW %s EXECUTE FUNCTION journalled(%L, %L)',
      'journal_' || lower(event), event, of_table,
      CASE WHEN only_where IS NOT NULL THEN format('WHEN (%s.%s)', CASE event WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END, only_where) END,
      keys, moving);
  END LOOP;
END $function$;
REVOKE ALL ON FUNCTION keep_journal(text,text,text,text,text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.legal_hold_moves_on()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION public.move_horizon(of_source text, of_kind text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
END $function$;
REVOKE ALL ON FUNCTION move_horizon(text,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION move_horizon(text,text) TO rolewatch_app;

CREATE OR REPLACE FUNCTION public.next_seq(of_source text)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$
  SELECT coalesce(max(seq), 0) + 1 FROM snapshot WHERE source = of_source
$function$;

CREATE OR REPLACE FUNCTION public.of_this_publication()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  stray record;
BEGIN
  SELECT r.source, r.seq INTO stray FROM (SELECT DISTINCT source, seq FROM new_rows) r
   WHERE NOT being_published(r.source, r.seq) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a row of % cannot be added to snapshot % of %', TG_TABLE_NAME, stray.seq, stray.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.on_legal_hold(of_source text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL AND source IN (of_source, '*'))
$function$;

CREATE OR REPLACE FUNCTION public.outbox_moves_on()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION public.past_retention(of_source text, of_table text, horizon integer, at_most integer)
 RETURNS SETOF tid
 LANGUAGE plpgsql
 STABLE
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION public.past_store(of_table text, before timestamp with time zone, at_most integer)
 RETURNS SETOF tid
 LANGUAGE plpgsql
 STABLE
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION public.refuse_rewrite()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION '% on % is refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $function$;

CREATE OR REPLACE FUNCTION public.retention_clock()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$ SELECT now() $function$;

CREATE OR REPLACE FUNCTION public.retention_days(of_source text, of_kind text)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$
  WITH stated AS (
    SELECT id, days, stated_at <= retention_clock() - interval '7 days' AS settled
      FROM retention_policy WHERE source = of_source AND kind = of_kind)
  SELECT CASE WHEN bool_or(settled) AND bool_and(days IS NOT NULL) THEN greatest(max(days), 30) END
    FROM stated WHERE id >= coalesce((SELECT max(id) FROM stated WHERE settled), 0)
$function$;

CREATE OR REPLACE FUNCTION public.retention_kind(of_table text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  SELECT CASE WHEN of_table IN ('observation') THEN 'observations' WHEN of_table IN ('outbox', 'alert') THEN 'messages'
              WHEN of_table IN ('slot', 'run') THEN 'log' ELSE 'versions' END
$function$;

CREATE OR REPLACE FUNCTION public.retention_run_moves_on()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF OLD.ended_at IS NOT NULL OR NEW.epoch < OLD.epoch
     OR (NEW.source, NEW.id, NEW.night, NEW.started_at) IS DISTINCT FROM (OLD.source, OLD.id, OLD.night, OLD.started_at) THEN
    RAISE EXCEPTION 'a run of retention that has ended is never rewritten' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.rewriting_allowed(relation oid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT current_setting('rolewatch.rewriting', true) = 'on'
     AND pg_get_userbyid((SELECT relowner FROM pg_class WHERE oid = relation)) = current_user
$function$;

CREATE OR REPLACE FUNCTION public.snapshot_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.seq <> next_seq(NEW.source) THEN
    RAISE EXCEPTION 'snapshot % of % is not the next one', NEW.seq, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.previous_digest IS DISTINCT FROM (SELECT digest FROM snapshot WHERE source = NEW.source AND seq = NEW.seq - 1) THEN
    RAISE EXCEPTION 'snapshot % of % does not stand on the one before it', NEW.seq, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.recorded_at <> date_trunc('milliseconds', now()) THEN -- what the manifest can say of it
    RAISE EXCEPTION 'snapshot % of % is not dated by the database', NEW.seq, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.stated_now()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  NEW.stated_at := retention_clock();
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.steps_once()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb := to_jsonb(NEW);
  step text;
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NEW;
  END IF;
  FOREACH step IN ARRAY TG_ARGV LOOP
    IF was -> step IS DISTINCT FROM becomes -> step
       AND (was ->> step IS NOT NULL OR (becomes ->> step)::integer IS DISTINCT FROM next_seq(NEW.source)) THEN
      RAISE EXCEPTION '% of % is set once, by the snapshot being published', step, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
  END LOOP;
  IF (was - TG_ARGV) IS DISTINCT FROM (becomes - TG_ARGV) THEN
    RAISE EXCEPTION 'a row of % is never rewritten', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.store_before(of_table text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  SELECT date_trunc('day', retention_clock() - make_interval(days => store_days(of_table)), 'UTC')
   WHERE NOT EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL)
$function$;

CREATE OR REPLACE FUNCTION public.store_days(of_table text)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$
  SELECT CASE of_table WHEN 'outbox' THEN retention_days('*', 'messages') WHEN 'retention_run' THEN action_log_days() END
$function$;

CREATE OR REPLACE FUNCTION public.store_kind(of_table text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  SELECT CASE of_table WHEN 'outbox' THEN 'messages' WHEN 'retention_run' THEN 'log' END
$function$;
