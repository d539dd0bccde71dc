namespace Tornadose.Benchmarks.Servers;

/// <summary>A request to the floor server.</summary>
internal sealed record FloorRequest(bool IsSubscription, byte[] Body);
