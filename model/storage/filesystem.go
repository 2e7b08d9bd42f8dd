package storage

import (
	"headroom/model"
	"headroom/sim"
)

// The limits of EFS file systems (Amazon EFS User Guide, "Performance", "Quotas").
const (
	readLatency    = 250 * sim.Microsecond
	writeLatency   = 2700 * sim.Microsecond
	maxIOSlower    = 4 // times the latency with Max I/O; ours
	maxIOs         = 500_000
	meteredReads   = 1.0 / 3 // of a byte that is read
	meteredLeast   = 4 * model.KiB
	mostEFS        = model.MiB
	creditPerTiB   = 21 * int64(model.TiB) / 10
	clientMiBs     = 500
	clientElastic  = 1500
	elasticReads   = 250_000
	elasticSeldom  = 90_000 // reads of what is infrequently accessed
	elasticWrites  = 50_000
	provisionReads = 55_000
	provisionWrite = 25_000
	burstReads     = 35_000
	burstWrites    = 7_000
)

// FileSystemLimits returns what a file system does for all its clients together, with so
// many bytes in its Standard class. Reads are metered at a third of their bytes, and each
// I/O at 4 KiB at least; a write counts as several I/Os, by the quotas of its mode.
func FileSystemLimits(f *model.FileSystem, standard model.Bytes) Limits {
	l := Limits{Most: mostEFS, Read: meteredReads, Grain: meteredLeast, Latency: readLatency, WriteLatency: writeLatency}
	base := int64(1e6 * model.BaselineMBps(standard))
	reads, writes := int64(burstReads), int64(burstWrites)
	switch f.Mode {
	case model.Bursting:
		l.Bytes = Allowance{Base: base, Peak: int64(1e6 * model.BurstMBps(standard)), Credit: creditPerTiB}
		if tib := float64(standard) / float64(model.TiB); tib > 1 {
			l.Bytes.Credit = int64(tib * float64(creditPerTiB))
		}
	case model.Provisioned:
		l.Bytes = steady(max(base, f.Throughput*int64(model.MiB)))
		reads, writes = provisionReads, provisionWrite
	case model.Elastic:
		reads, writes = elasticReads, elasticWrites
		if all := f.Standard + f.Infrequent; all > standard { // bytes of both classes are as likely to be read
			seldom := float64(all-standard) / float64(all)
			l.ReadOperations = 1 - seldom + seldom*elasticReads/elasticSeldom
		}
	default:
		panic("storage: unknown throughput mode")
	}
	if f.MaxIO {
		reads, writes = maxIOs, maxIOs*writes/reads
		l.Latency, l.WriteLatency = maxIOSlower*l.Latency, maxIOSlower*l.WriteLatency
	}
	l.Operations, l.WriteOperations = steady(reads), float64(reads)/float64(writes)
	return l
}

// ClientLink returns what one client can do with a file system.
func ClientLink(f *model.FileSystem) Link {
	rate := int64(clientMiBs)
	if f.Mode == model.Elastic {
		rate = clientElastic
	}
	return Link{Bytes: steady(rate * int64(model.MiB))}
}
