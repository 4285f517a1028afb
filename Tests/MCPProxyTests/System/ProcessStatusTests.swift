import Foundation
import MCPProxy
import Testing

@Suite struct ProcessStatusTests {
  private static let rest = "0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 8917 5 6 7\n"

  @Test(arguments: [
    ("77 (sleep) S 1 77 77 ", 77, false),
    ("78 (a ) R (b) Z 1 77 77 ", 77, true),
    ("79 (x)) X 1 5 77 ", 5, true),
    ("80 () R 0 80 80 ", 80, false),
  ])
  func `the kernel's line is read`(start: String, group: Int32, isZombie: Bool) {
    let status = ProcessStatus(parsing: Array((start + Self.rest).utf8))
    #expect(status == ProcessStatus(group: group, startTime: 8917, isZombie: isZombie))
  }

  @Test(arguments: ["", "77 (sleep", "77 (sleep) S 1 77", "77 (sleep) S 1 x 77 " + rest])
  func `anything else is no status`(line: String) {
    #expect(ProcessStatus(parsing: Array(line.utf8)) == nil)
  }

  @Test func `our own process is known and keeps its start time`() throws {
    let own = ProcessInfo.processInfo.processIdentifier
    let status = try #require(ProcessStatus.read(own))
    #expect(!status.isZombie)
    #expect(status.startTime > 0)
    #expect(ProcessStartTime.read(own) == status.startTime)
  }

  @Test func `a process that does not exist started at no time`() {
    #expect(ProcessStartTime.read(Int32.max) == 0)
  }
}
