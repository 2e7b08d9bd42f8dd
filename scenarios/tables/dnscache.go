package tables

import (
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
)

// longCacheKeys are those of clients who keep answers of DNS for longer than a time to live.
func longCacheKeys(ttl string) []schema.Key {
	return []schema.Key{
		schema.Row("long_dns_cache", schema.Inner(), "", "clients who keep answers for longer than "+ttl+" says, as some resolvers and libraries do"),
		schema.Row("long_dns_cache.percentage", schema.Whole(1, 100), schema.Required, "how many of 100 new connections, or of requests without them, are theirs").Coded(schema.NoCode),
		schema.Row("long_dns_cache.duration", schema.Quantity(schema.Seconds, 0, 604800), schema.Required, "how long they keep an answer, each since another instant: longer than "+ttl).Coded(schema.NoCode),
	}
}

// readLongCache reads them.
func readLongCache(t *schema.Table, ttl string) (c dataplane.LongCache) {
	inner := t.Within("long_dns_cache")
	if inner == nil {
		return c
	}
	c.Percent, c.Kept = inner.Whole("percentage"), inner.Duration("duration")
	if kept := t.Duration(ttl); t.Sound(ttl) && inner.Sound("duration") && c.Kept <= kept {
		inner.Wrong("duration", "must be longer than "+ttl+" ("+kept.String()+")")
	}
	inner.Done()
	return c
}
