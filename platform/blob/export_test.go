package blob

// DiskFault is for tests of the messages.
var DiskFault = diskFault
