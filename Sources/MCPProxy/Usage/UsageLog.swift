import MCPProtocol

/// Appends one line for every finished call; never delays or fails one.
///
/// Records are collected during a turn of the loop and written in one piece at its end, before the
/// loop sleeps; when calls follow each other closer than `interval`, once for all of them. So under
/// load one write serves many calls, and else a line is in the file before the client's next call
/// is read. A `kill -9` can lose what an interval brought and tear the write that is under way.
package struct UsageLog {
  private let kernel: any Kernel
  private let place: UsagePath
  private let folder: String
  private let keepDays: Int
  private let log: Log
  private var line: UsageLine
  private var records: [UsageRecord] = []
  /// How many of them have their end noted.
  private var finished = 0
  private var bytes: [UInt8] = []
  private var lastWrite = Instant.zero
  private var file: Descriptor?
  private var path = ""
  /// The day the open file is for; days are counted since 1970.
  private var day: Int64 = -1
  private var checked = Instant.zero
  /// Lines that were made.
  private var count = 0
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
      run: UsageLine.Run(
        id: run.id,
        session: run.session,
        project: run.project,
        isChaotic: run.isChaotic
      )
    )
  }

  /// Names the client in the lines of calls that end from now on.
  package mutating func setClient(name: String?, version: String?, proto: String) {
    flush()
    var run = line.run
    run.client = name.map { String($0.prefix(100)) }
    run.clientVersion = version.map { String($0.prefix(100)) }
    run.version = proto
    line = UsageLine(run: run)
  }

  package mutating func append(_ record: UsageRecord) {
    if place != .off { records.append(record) }
  }

  /// Least time between two writes: seldom enough to cost nothing, and soon enough to lose nothing
  /// that anybody would miss.
  private static let interval = TimeSpan.milliseconds(1)
  /// Records that are written without regard to it.
  private static let mostRecords = 512

  /// The answers of this turn are on their way: writes the lines, or will when it is woken.
  package mutating func turnEnded() {
    guard !records.isEmpty else { return }
    let now = kernel.now()
    noteEnd(now)
    guard now - lastWrite < Self.interval, records.count < Self.mostRecords else {
      return write(at: now)
    }
  }

  /// When lines are to be written that were not; nil: there are none.
  package var nextDeadline: Instant? { records.isEmpty ? nil : lastWrite + Self.interval }

  /// Writes what is due by now.
  package mutating func expire(at now: Instant) {
    if let due = nextDeadline, due <= now { flush() }
  }

  /// Writes the lines of the calls that have ended.
  package mutating func flush() {
    guard !records.isEmpty else { return }
    let now = kernel.now()
    noteEnd(now)
    write(at: now)
  }

  private mutating func noteEnd(_ now: Instant) {
    while finished < records.count {
      records[finished].finished = now
      finished += 1
    }
  }

  private mutating func write(at now: Instant) {
    lastWrite = now
    let wallClock = kernel.wallClock()
    let lines = records.count
    makeLines(at: now, wallClock)
    do throws(SystemError) {
      let file = try currentFile(wallClock, now)
      end = try kernel.appendLines(file, bytes, lastEnd: end)
      hasWarned = false
      // They were said in the first of these lines.
      dropped = 0
    } catch {
      dropped += lines
      // A file that failed may fail for ever (a full disk does not): open it anew next time.
      closeFile()
      if !hasWarned { log.warn("usage log \(path): \(error); calls go on without it") }
      hasWarned = true
    }
  }

  private mutating func makeLines(at now: Instant, _ wallClock: Int64) {
    bytes.removeAll(keepingCapacity: true)
    for (index, record) in records.enumerated() {
      count += 1
      let moment = UsageLine.Moment(
        number: count,
        wallClock: wallClock,
        now: now,
        dropped: index == 0 ? dropped : 0
      )
      line.write(record, moment, to: &bytes)
    }
    records.removeAll(keepingCapacity: true)
    finished = 0
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
    path = "\(folder)/usage-\(Timestamp(nanoseconds: wallClock).date).jsonl"
    try kernel.makeDirectories(folder)
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
  /// Whether faults may be injected.
  package var isChaotic: Bool

  package init(
    id: String,
    session: String? = nil,
    project: String? = nil,
    isChaotic: Bool = false
  ) {
    self.id = id
    self.session = session
    self.project = project
    self.isChaotic = isChaotic
  }
}
