import MCPProxy
import Testing

struct EffectTests {
  @Test(
    arguments: [
      (nil, true, true, .safe), (nil, true, false, .unsafe), (nil, false, true, .unsafe),
      (nil, false, false, .unsafe), (true, false, false, .safe), (false, true, true, .unsafe),
    ] as [(Bool?, Bool, Bool, Effect)]
  )
  func `the configuration's word counts most, then that of a server that is trusted`(
    declared: Bool?,
    trustsServer: Bool,
    serverSaysSafe: Bool,
    effect: Effect
  ) {
    let found = Effect(
      declared: declared,
      trustsServer: trustsServer,
      serverSaysSafe: serverSaysSafe
    )
    #expect(found == effect)
  }
}
