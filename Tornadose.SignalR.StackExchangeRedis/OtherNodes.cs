namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>The other nodes that are known.</summary>
/// <param name="Present">Those that are present.</param>
/// <param name="Vanished">Those that have stopped registering without having left.</param>
internal sealed record OtherNodes(string[] Present, string[] Vanished)
{
    public string[] All { get; } = [.. Present, .. Vanished];
}
