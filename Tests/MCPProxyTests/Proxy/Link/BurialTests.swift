import MCPProxy
import Testing

struct BurialTests {
  @Test func `a group is asked, then killed, then looked at once`() {
    var burial = Burial()
    #expect(burial.nextDeadline == nil)
    burial.add(7, isHurried: false, at: at(0))
    #expect(burial.dying == [7] && burial.nextDeadline == at(0.5))
    let early = burial.expire(at: at(0.4))
    #expect(early.isEmpty)
    let killed = burial.expire(at: at(0.5))
    #expect(killed == [.kill(7)] && burial.dying.isEmpty && burial.nextDeadline == at(1))
    let looked = burial.expire(at: at(1))
    #expect(looked == [.look(7)] && burial.nextDeadline == nil)
    let nothing = burial.expire(at: at(9))
    #expect(nothing.isEmpty)
  }

  @Test func `a proxy that ends waits for a killed group only for a moment`() {
    var burial = Burial()
    burial.add(7, isHurried: true, at: at(0))
    #expect(burial.dying == [7] && burial.nextDeadline == at(0.02))
    let actions = burial.expire(at: at(0.02))
    #expect(actions == [.kill(7), .giveUp(7)])
    #expect(burial.dying.isEmpty && burial.nextDeadline == nil)
  }

  @Test func `each group has its own time`() {
    var burial = Burial()
    burial.add(7, isHurried: false, at: at(0))
    burial.add(8, isHurried: false, at: at(0.3))
    burial.add(9, isHurried: true, at: at(0.6))
    #expect(burial.dying == [7, 8, 9] && burial.nextDeadline == at(0.5))
    let first = burial.expire(at: at(0.5))
    #expect(first == [.kill(7)] && burial.dying == [8, 9])
    let late = burial.expire(at: at(1))
    #expect(late == [.look(7), .kill(8), .kill(9), .giveUp(9)])
    // From when it was killed, not from when it should have been.
    #expect(burial.nextDeadline == at(1.5))
  }
}
