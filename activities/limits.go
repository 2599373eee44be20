package activities

// HubParallel bounds the hub calls that one activity makes at a time; the client's limiter paces them.
const HubParallel = 8

// ChunkSize is how many orders a step handles.
const ChunkSize = 50

// StoreParallel bounds the objects that one activity reads or writes at a time.
const StoreParallel = 16

// SingleLimit bounds a single label's file, in bytes, when it is read for the join.
const SingleLimit = 64 << 20

// ContentType is the media type of a label, list or workbook by its format.
func ContentType(format string) string {
	switch format {
	case "pdf":
		return "application/pdf"
	case "xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "application/vnd.zebra-zpl"
}

// DelayTries bounds how often a change of the learnt delays is tried when others write first.
const DelayTries = 3
