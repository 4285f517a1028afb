import MCPProxy
import Testing

/// The log file goes on after a disk was full.
struct LogFileTests {
  private let kernel = FakeKernel()

  private var lines: [String] {
    String(decoding: kernel.seen.files["/logs/a.log"] ?? [], as: UTF8.self).split(separator: "\n")
      .map { String($0.drop { $0 != "]" }.dropFirst(2)) }
  }

  private func pass(_ span: TimeSpan) { kernel.script { $0.now = $0.now + span } }

  @Test func `a log that failed is tried again, now and then, and says what it lacks`() {
    let log = LogFile(kernel: kernel, path: "/logs/a.log").log(at: .info)
    log.info("one")
    kernel.script { $0.fileError = SystemError("write", 28) }
    log.info("two")
    kernel.script { $0.fileError = nil }
    // Too soon: trying at every line would cost more than it is worth.
    log.info("three")
    #expect(lines == ["info: one"])
    pass(.seconds(10))
    log.info("four")
    log.info("five")
    #expect(
      lines == ["info: one", "warn: lines lost before this: 2", "info: four", "info: five"]
    )
    #expect(kernel.seen.logs.count == 1)
  }

  @Test func `a log that cannot be opened at first is opened later`() {
    kernel.script { $0.fileError = SystemError("open", 13) }
    let log = LogFile(kernel: kernel, path: "/logs/a.log").log(at: .info)
    log.info("one")
    pass(.seconds(10))
    log.info("two")
    kernel.script { $0.fileError = nil }
    pass(.seconds(10))
    log.info("three")
    #expect(lines == ["warn: lines lost before this: 2", "info: three"])
  }
}
