package pricing

import (
	"math/big"

	"headroom/model"
)

// efsGB is a GB of EFS, which counts in powers of ten.
const efsGB = 1_000_000_000

// billFileSystems bills what EFS file systems store in each class, the throughput that is
// provisioned above what is earned, and what is read and written.
func billFileSystems(s *sheet) {
	for i := range s.ledger.FileSystems {
		u := &s.ledger.FileSystems[i]
		s.calendar.cut(billed(u.From, u.To, 0), func(month int, part span) { s.addFileSystem(u, month, part) })
	}
	for i := range s.ledger.FileIOs {
		s.addFileIOs(&s.ledger.FileIOs[i])
	}
}

func (s *sheet) addFileSystem(u *model.FileSystemUse, month int, part span) {
	class := "standard"
	if u.OneZone {
		class = "onezone"
	}
	share := ratio(part.seconds(), s.calendar.seconds(month))
	for _, x := range []struct {
		item, unit string
		amount     *big.Rat
	}{
		{class + "_storage", "GB", ratio(int64(u.Standard), efsGB)},
		{class + "_ia_storage", "GB", ratio(int64(u.Infrequent), efsGB)},
		{"archive_storage", "GB", ratio(int64(u.Archived), efsGB)},
		{"provisioned_throughput", "MBps", decimal(u.ProvisionedMBps)},
	} {
		c := fileCharge(u.Owner, x.item, month, part)
		c.priced = quantity{new(big.Rat).Mul(x.amount, share), x.unit + "-Months"}
		c.consumed = quantity{new(big.Rat).Mul(x.amount, ratio(part.seconds(), hour)), x.unit + "-Hours"}
		c.price = s.service("efs", x.item)
		s.add(c)
	}
}

func fileCharge(owner int32, item string, month int, part span) charge {
	return charge{service: EFS, owner: owner, month: month, span: part, zone: noZone, resource: "file system", sku: item, description: "file system, " + item}
}

func (s *sheet) addFileIOs(u *model.FileIOUse) {
	month, part := s.calendar.place(billed(u.From, u.To, 1))
	add := func(item string, bytes model.Bytes) {
		c := fileCharge(u.Owner, item, month, part)
		c.consumed = quantity{ratio(int64(bytes), efsGB), "GB"}
		c.priced, c.price = c.consumed, s.service("efs", item)
		s.add(c)
	}
	if u.Elastic {
		add("elastic_read", u.Read)
		add("elastic_write", u.Written)
	}
	add("ia_read", u.Infrequent)
}
