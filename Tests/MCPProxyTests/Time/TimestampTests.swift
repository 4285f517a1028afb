import Foundation
import MCPProxy
import Testing

struct TimestampTests {
  private func systemText(_ seconds: Int64, _ style: String) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.calendar = Calendar(identifier: .gregorian)
    formatter.dateFormat = style
    return formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
  }

  @Test func `agrees with the system on every day from 1970 to 2101`() {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.calendar = Calendar(identifier: .gregorian)
    formatter.dateFormat = "yyyy-MM-dd"
    for day in Int64(0)..<48_000 {
      let date = Timestamp(nanoseconds: day * 86_400_000_000_000).date
      #expect(date == formatter.string(from: Date(timeIntervalSince1970: Double(day * 86_400))))
    }
  }

  @Test func `agrees with the system at any second`() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<2000 {
      let seconds = Int64(random.below(8_000_000_000))
      let micro = Int64(random.below(1_000_000))
      let text = Timestamp(nanoseconds: seconds * 1_000_000_000 + micro * 1000 + 999).text
      let fraction = String(format: "%06d", Int(micro))
      #expect(text == systemText(seconds, "yyyy-MM-dd'T'HH:mm:ss") + ".\(fraction)Z")
    }
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000000Z"), (951_782_399, "2000-02-28T23:59:59.000000Z"),
    (951_782_400, "2000-02-29T00:00:00.000000Z"), (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
    (1_709_251_199, "2024-02-29T23:59:59.000000Z"),
  ])
  func `leap days are where they belong`(seconds: Int64, text: String) {
    #expect(Timestamp(nanoseconds: seconds * 1_000_000_000).text == text)
  }

  @Test(arguments: [-1, -999_999_999, -86_400_000_000_001, .min] as [Int64])
  func `a clock before 1970 counts as its beginning`(nanoseconds: Int64) {
    #expect(Timestamp(nanoseconds: nanoseconds).text == "1970-01-01T00:00:00.000000Z")
  }
}
