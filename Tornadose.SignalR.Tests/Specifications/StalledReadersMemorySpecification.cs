using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>Stalled readers cost the memory of their connections, but none for the messages that they miss.</summary>
/// <param name="host">The application.</param>
[Collection(nameof(ProcessMemory))]
public sealed class StalledReadersMemorySpecification(SpecificationHost host) : IClassFixture<SpecificationHost>
{
    private const int Subscribers = 200;
    private const int Messages = 512;
    private const int MessageBytes = 16 * 1024;

    /// <summary>
    /// The server's buffer for a connection (64 KiB), the batch that overflows it, the memory of the test's own client, and as much again.
    /// </summary>
    private const long BytesPerConnection = 256 * 1024;

    /// <summary>
    /// What the store keeps of a message: the payload and its rendering, which for a hub stream is a string of two bytes a character.
    /// </summary>
    private const long KeptCopies = 3;

    public static TheoryData<string> Transports => [.. Transport.All.Select(static transport => transport.Name)];

    [Theory, Case("SLOW-02"), MemberData(nameof(Transports))]
    public async Task Stalled_Everybody_PublishingGoesOnAndMemoryIsBounded(string name)
    {
        var transport = Transport.All.Single(transport => transport.Name == name);
        var before = host.EndedAsSlow(name);
        var store = host.Store("large");
        var readers = await Task.WhenAll(Enumerable.Range(0, Subscribers).Select(_ => store.SubscribeStalledAsync(transport)));
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        store.PublishMany(Messages, MessageBytes);
        var most = 0L;
        await Eventually.TrueAsync(() =>
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - memory);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return host.EndedAsSlow(name) - before == Subscribers;
        });
        Assert.True(
            most < (Subscribers * BytesPerConnection) + (KeptCopies * Messages * MessageBytes),
            $"{most:N0} bytes for {Subscribers} stalled readers");
        foreach (var reader in readers)
            await reader.DisposeAsync();
    }
}
