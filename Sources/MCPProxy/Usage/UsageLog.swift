import MCPProtocol

/// Appends one line for every finished call; never delays or fails one.
///
/// Records are collected during a turn of the loop and written in one piece at its end, before the
/// loop sleeps: under load one write serves many calls, and a line is in the file before the
/// client's next call is read. A `kill -9` can tear at most the write that is under way.
package struct UsageLog: Sendable {
  private let kernel: any Kernel
  private let place: UsagePath
  private let folder: String
  private let keepDays: Int
  private let log: Log
  private var line: UsageLine
  private var records: [UsageRecord] = []
  private var bytes: [UInt8] = []
  private var file: Descriptor?
  private var path = ""
  /// The day the open file is for; days are counted since 1970.
  private var day: Int64 = -1
  private var checked = Instant.zero
  private var written = 0
  /// Where our last line ended; -1: not known.
  private var end = -1
  private var dropped = 0
  private var hasWarned = false

  /// Dated files go to `folder` when the configuration names no place.
  package init(
    kernel: any Kernel,
    settings: ProxySettings,
    folder: String,
    run: UsageRun,
    log: Log
  ) {
    self.kernel = kernel
    self.folder = folder
    self.log = log
    place = settings.usageDirectory
    keepDays = settings.keepDays
    line = UsageLine(
      run: UsageLine.Run(id: run.id, session: run.session, project: run.project)
    )
  }

  /// Names the client in the lines from now on.
  package mutating func setClient(name: String?, version: String?, proto: String) {
    var run = line.run
    run.client = name.map { String($0.prefix(100)) }
    run.clientVersion = version.map { String($0.prefix(100)) }
    run.version = proto
    line = UsageLine(run: run)
  }

  package mutating func append(_ record: UsageRecord) {
    if place != .off { records.append(record) }
  }

  /// Writes the lines of the calls that ended in this turn.
  package mutating func flush() {
    guard !records.isEmpty else { return }
    let finished = kernel.now()
    let wallClock = kernel.wallClock()
    bytes.removeAll(keepingCapacity: true)
    let reported = dropped
    for record in records {
      written += 1
      let moment = UsageLine.Moment(
        number: written,
        finished: finished,
        wallClock: wallClock,
        dropped: dropped
      )
      line.write(record, moment, to: &bytes)
      // Said in the first line; counted again if that line is lost, too.
      dropped = 0
    }
    let count = records.count + reported
    records.removeAll(keepingCapacity: true)
    do throws(SystemError) {
      let file = try currentFile(wallClock, finished)
      end = try kernel.appendLines(file, bytes, lastEnd: end)
      hasWarned = false
    } catch {
      dropped += count
      // A file that failed may fail for ever (a full disk does not): open it anew next time.
      closeFile()
      if !hasWarned { log.warn("usage log \(path): \(error); calls go on without it") }
      hasWarned = true
    }
  }

  private mutating func currentFile(
    _ wallClock: Int64,
    _ now: Instant
  ) throws(SystemError) -> Descriptor {
    let today = wallClock / 86_400_000_000_000
    if let file, day == today {
      // Somebody may have moved the file away (log rotation): looking costs two system calls.
      if now - checked < .seconds(1) { return file }
      checked = now
      if kernel.isCurrent(file, at: path) { return file }
    }
    closeFile()
    switch place {
    case .file(let name):
      path = name
      if let slash = name.lastIndex(of: "/"), slash > name.startIndex {
        try kernel.makeDirectories(String(name[..<slash]))
      }
    case .directory(let name): try choose(name, wallClock)
    case .automatic, .off: try choose(folder, wallClock)
    }
    let opened = try kernel.openLog(path)
    file = opened
    day = today
    checked = now
    return opened
  }

  private mutating func choose(_ folder: String, _ wallClock: Int64) throws(SystemError) {
    try kernel.makeDirectories(folder)
    path = "\(folder)/usage-\(Timestamp(nanoseconds: wallClock).date).jsonl"
    removeOldFiles(folder, wallClock)
  }

  /// Once a day: files are dropped by the date in their name.
  private func removeOldFiles(_ folder: String, _ wallClock: Int64) {
    let age = Int64(keepDays) * 86_400_000_000_000
    guard keepDays > 0, age < wallClock else { return }
    let oldest = "usage-\(Timestamp(nanoseconds: wallClock - age).date).jsonl"
    for name in kernel.directoryEntries(folder)
    where name.hasPrefix("usage-") && name.hasSuffix(".jsonl")
      && name.utf8.count == oldest.utf8.count
      && name < oldest
    {
      kernel.removeFile("\(folder)/\(name)")
    }
  }

  private mutating func closeFile() {
    if let file { kernel.close(file) }
    file = nil
    end = -1
  }
}

/// What is known of a run when it begins.
package struct UsageRun: Sendable {
  package var id: String
  package var session: String?
  package var project: String?

  package init(id: String, session: String? = nil, project: String? = nil) {
    self.id = id
    self.session = session
    self.project = project
  }
}
