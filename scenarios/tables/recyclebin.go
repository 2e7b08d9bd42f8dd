package tables

import (
	"fmt"

	"headroom/model/snapshot"
	"headroom/scenarios/schema"
)

// binKeys are those of the recycle bin.
func binKeys() []schema.Key {
	retention := schema.Quantity(schema.Seconds, snapshot.LeastRetention.Seconds(), snapshot.MostRetention.Seconds())
	return schema.Within("recycle_bin", invalidSnapshot, []schema.Key{
		schema.Row("retention", retention, "", "how long every deleted snapshot is kept, and paid"),
		schema.Row("image_retention", retention, "", "how long every deregistered AMI is kept"),
		schema.Row("rule", schema.List(), "", "how long those are kept that have a tag; of those that match, the longest holds"),
		schema.Row("rule[].resource_type", schema.OneOf("EBS_SNAPSHOT: snapshots", "EC2_IMAGE: AMIs whose root is a volume"), `"EBS_SNAPSHOT"`, "what it keeps"),
		schema.Row("rule[].retention", retention, schema.Required, "how long they are kept, and paid"),
		schema.Row("rule[].resource_tags", tags(), schema.Required, `those that have one of these tags: { team = "db" }; a snapshot has those of its [snapshot], its schedule or its volume`),
	})
}

// readBin reads what the recycle bin keeps.
func (l *loader) readBin(t *schema.Table) {
	l.cfg.Bin.Retention, l.cfg.ImageBin.Retention = t.Duration("retention"), t.Duration("image_retention")
	rules := t.Each("rule")
	for _, r := range rules {
		bin := &l.cfg.Bin
		if r.Choice("resource_type") == "EC2_IMAGE" {
			bin = &l.cfg.ImageBin
		}
		bin.Rules = append(bin.Rules, snapshot.BinRule{Tags: readTags(r, "resource_tags"), Retention: r.Duration("retention")})
		r.Done()
	}
	switch {
	case len(rules) > snapshot.MostBinRules:
		t.Reject("rule", schema.Fault{Rule: fmt.Sprintf("must be at most %d rules", snapshot.MostBinRules), Got: fmt.Sprint(len(rules)), Code: invalidSnapshot})
	case len(rules) == 0 && !t.Has("retention") && !t.Has("image_retention"):
		t.Add(schema.Fault{Path: t.PathOf("retention"), Rule: "is required, or image_retention, or rule"}, t.Node, "retention")
	}
	t.Done()
}
