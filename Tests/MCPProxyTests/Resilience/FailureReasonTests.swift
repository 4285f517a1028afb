import MCPProxy
import Testing

struct FailureReasonTests {
  @Test func `codes are unique and outside the range of the protocol`() {
    let codes = FailureReason.allCases.map(\.code)
    #expect(Set(codes).count == codes.count)
    #expect(codes.allSatisfy { !(-32768 ... -32000).contains($0) })
    #expect(codes.allSatisfy { (1001...1099).contains($0) })
  }
}
