import MCPProxy
import Testing

struct NumberTableTests {
  /// Which numbers a table is given: they decide how they lie.
  enum Pool: CaseIterable {
    /// As the proxy gives them.
    case counted
    case scattered
    /// All have one home, in a table of any size.
    case meeting
    /// The same, and the home is the last place: what collides goes on at the first.
    case meetingAtTheEnd

    func number(_ index: Int) -> UInt64 {
      let index = UInt64(index)
      return switch self {
      case .counted: index + 1
      case .scattered: (index + 1) &* 0xBF58_476D_1CE4_E5B9
      case .meeting: (7 << 32 | index) &* Self.inverse
      case .meetingAtTheEnd: (0xFFFF_FFFF << 32 | index) &* Self.inverse
      }
    }

    /// Undoes the multiplication of the table (Newton's method doubles the bits that are right).
    private static let inverse: UInt64 = {
      let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
      var inverse = factor
      for _ in 0..<5 { inverse = inverse &* (2 &- factor &* inverse) }
      return inverse
    }()
  }

  @Test(arguments: Pool.allCases, [8, 60, 400])
  func `it holds what a dictionary holds`(pool: Pool, size: Int) {
    var random = SeededRandom(seed: UInt64(size))
    var table = NumberTable<Int>()
    var model: [UInt64: Int] = [:]
    for step in 0..<2000 {
      let number = pool.number(random.below(size))
      // First more is put in than taken out, then the other way round.
      if random.chance(step < 1000 ? 70 : 35) {
        table[number] = step
        model[number] = step
      } else if random.chance(50) {
        let removed = table.remove(number)
        #expect(removed == model.removeValue(forKey: number))
      } else {
        table[number] = nil
        model[number] = nil
      }
      #expect(table[number] == model[number])
      #expect(table.count == model.count)
      if step.isMultiple(of: 100) { expect(table, model, pool, size) }
    }
    expect(table, model, pool, size)
  }

  private func expect(_ table: NumberTable<Int>, _ model: [UInt64: Int], _ pool: Pool, _ size: Int)
  {
    let numbers = (0..<size).map(pool.number)
    #expect(numbers.map { table[$0] } == numbers.map { model[$0] })
    #expect(table.sortedNumbers == model.keys.sorted())
    #expect(table.isEmpty == model.isEmpty)
  }

  @Test func `what has one home lies in one row`() {
    var table = NumberTable<Int>()
    for index in 0..<100 { table[Pool.meetingAtTheEnd.number(index)] = index }
    let walks = (0..<100).map { table.walk(to: Pool.meetingAtTheEnd.number($0)) }
    #expect(walks.sorted() == Array(1...100))
    // The row has no gap when something in it is gone.
    for index in 0..<99 { table[Pool.meetingAtTheEnd.number(index)] = nil }
    #expect(table.walk(to: Pool.meetingAtTheEnd.number(99)) == 1)
  }

  @Test func `numbers that are counted up are found at once`() {
    var table = NumberTable<Int>()
    for number in 1...1000 { table[UInt64(number)] = number }
    let walks = (1...1000).map { table.walk(to: UInt64($0)) }
    #expect(walks.reduce(0, +) < 1500)
  }

  @Test func `0 is never in use`() {
    var table = NumberTable<Int>()
    table[0] = nil
    let removed = table.remove(0)
    #expect(removed == nil)
    #expect(table[0] == nil)
    #expect(table.isEmpty)
  }

  @Test func `a value that is taken out is kept by nobody`() {
    final class Token: Sendable {}
    var table = NumberTable<Token>()
    var token: Token? = Token()
    weak let watched = token
    table[5] = token
    token = nil
    #expect(watched != nil)
    table[5] = nil
    #expect(watched == nil)
  }
}
