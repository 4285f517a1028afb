// swift-tools-version: 6.2
import PackageDescription

// Every target is held to the same rules. Lists in this file are sorted by name.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "mcp-proxy",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "mcp-proxy", targets: ["MCPProxy"])],
  targets: [
    .systemLibrary(name: "CLinux", path: "Sources/MCPProxy/System/CLinux"),
    .target(name: "MCPProtocol", swiftSettings: strict),
    .executableTarget(
      name: "MCPProxy",
      dependencies: [
        .target(name: "CLinux", condition: .when(platforms: [.linux])),
        "MCPProtocol",
      ],
      exclude: ["System/CLinux"],
      swiftSettings: strict,
      // Half the start-up time, a fifth off a call, and a binary that runs where Swift is not.
      linkerSettings: [
        .unsafeFlags(["-static-stdlib"], .when(platforms: [.linux], configuration: .release))
      ]
    ),
    .testTarget(
      name: "MCPProtocolTests",
      dependencies: ["MCPProtocol"],
      exclude: ["Vectors"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "MCPProxyTests",
      dependencies: ["MCPProtocol", "MCPProxy"],
      swiftSettings: strict
    ),
  ]
)
