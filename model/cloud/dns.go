package cloud

import "headroom/model/controlplane"

// names lists what the bill needs to know of the DNS names.
func (c *Config) names() []controlplane.DNSName {
	list := make([]controlplane.DNSName, len(c.Records))
	for i := range list {
		r := &c.Records[i]
		list[i] = controlplane.DNSName{Name: r.Name, Checks: c.Records[i].Checks}
		for k := range r.Answers {
			list[i].Answers = append(list[i].Answers, r.Answers[k].Name)
		}
	}
	return list
}

// functions lists what the bill needs to know of the functions.
func (c *Config) functions() []controlplane.Function {
	list := make([]controlplane.Function, len(c.Functions))
	for i := range list {
		list[i] = controlplane.Function{Name: c.Functions[i].Name, Zone: c.Functions[i].Zone}
	}
	return list
}
