package tables

import (
	"fmt"

	"headroom/model/cloud"
	"headroom/scenarios/schema"
	"headroom/sim"
)

func windowKeys() []schema.Key {
	return schema.Within("window.NAME", "", []schema.Key{
		schema.Row("from", moment(), `"0s"`, "when it begins; what happens at that very instant is before it"),
		schema.Row("to", moment(), "(the end of the run)", "when it ends"),
	})
}

// readWindows reads the stretches of the run that have metrics of their own.
func (l *loader) readWindows() {
	for _, t := range l.tables["window"] {
		w := cloud.Window{Name: t.Name, From: l.bound(t, "from", 0), To: l.bound(t, "to", l.cfg.Duration)}
		switch {
		case t.Faulty("from") || t.Faulty("to") || l.cfg.Duration == 0:
		case w.From >= l.cfg.Duration:
			t.Wrong("from", "must lie before the end of the run ("+l.cfg.Duration.String()+")")
		case w.To > l.cfg.Duration:
			t.Wrong("to", "must not lie beyond the end of the run ("+l.cfg.Duration.String()+")")
		case w.To <= w.From:
			t.Wrong("to", "must lie after from ("+w.From.String()+" into the run)")
		case w.To <= l.cfg.Warmup:
			l.warn(fmt.Sprintf("window.%s: ends within the warm-up (%v), of which latencies are not measured", t.Name, l.cfg.Warmup))
		}
		l.cfg.Windows = append(l.cfg.Windows, w)
		t.Done()
	}
}

// bound reads an end of a window, which may be left out.
func (l *loader) bound(t *schema.Table, key string, otherwise sim.Time) sim.Time {
	n := t.Value(key)
	if !t.Has(key) || n == nil {
		return otherwise
	}
	at, rule := l.instantOf(n)
	if rule == "" && at < 0 {
		rule = "must not lie before the start of the run"
	}
	if rule != "" {
		t.Mistake(key, rule, "")
	}
	return at
}
