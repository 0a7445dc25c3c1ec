-- CreateTable
CREATE TABLE "api_token" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "role" TEXT NOT NULL,
    "sources" TEXT[],
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "revoked_at" TIMESTAMPTZ(6),
    "revoked_by" TEXT,
    "last_used_at" TIMESTAMPTZ(6),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_token_prefix_key" ON "api_token"("prefix");

ALTER TABLE "api_token"
  ADD CHECK ("role" IN ('viewer', 'reviewer', 'operator', 'admin')),
  ADD CHECK ("prefix" ~ '^[0-9A-Za-z]{8}$'),
  ADD CHECK (octet_length("hash") = 32),
  ADD CHECK ("sources" <> '{}'),
  ADD CHECK ("expires_at" > "created_at" AND "expires_at" <= "created_at" + interval '366 days'),
  ADD CHECK (("revoked_at" IS NULL) = ("revoked_by" IS NULL));

-- A token begins now, may be used and is revoked once, all by the database's clock. What it may do never changes.
CREATE FUNCTION api_token_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$;
CREATE TRIGGER api_token_moves_on BEFORE INSERT OR UPDATE ON "api_token" FOR EACH ROW EXECUTE FUNCTION api_token_moves_on();
CREATE TRIGGER refuse_delete BEFORE DELETE ON "api_token" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "api_token" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
