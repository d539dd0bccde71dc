using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>
/// What a transport with a long-lived connection promises in addition: keep-alives, and the treatment of clients that do not read.
/// </summary>
/// <param name="host">The application.</param>
public abstract class StreamSpecification<TTransport>(SpecificationHost host) : TransportSpecification<TTransport>(host)
    where TTransport : Transport, new()
{
    /// <summary>So large that about sixteen of them fill every buffer between the log and a client that does not read.</summary>
    private const int LargeMessage = 16 * 1024;

    private const int MoreThanBuffers = 64;

    [Fact, Case("HTTP-27", "WS-12")]
    public async Task Silence_KeepAlive_ComesAndMovesNothing()
    {
        var store = Host.Store("window");
        await using var reader = await store.SubscribeAsync(Transport);
        Host.Clock.Advance(SpecificationHost.KeepAlive);
        await reader.Reader.UntilKeepAliveAsync();
        store.Publish();
        await reader.ReadToTopAsync();
        await Host.Test.UntilIdleAsync(); // otherwise, the message may be noted as sent only after the clock has moved
        Host.Clock.Advance(SpecificationHost.KeepAlive);
        await reader.Reader.UntilKeepAliveAsync();
        store.Publish();
        await reader.ReadToTopAsync();
        store.Check(log: true);
    }

    [Fact, Case("SLOW-05", "ST-12")]
    public async Task Slow_WithinTheWindow_LosesNothing()
    {
        var store = Host.Store("large");
        await using var reader = await store.SubscribeStalledAsync(Transport);
        store.PublishMany(MoreThanBuffers, LargeMessage);
        await reader.ReadToTopAsync();
        Assert.Equal(MoreThanBuffers, reader.Ids.Count());
        store.Check(log: true);
    }

    [Fact, Case("SLOW-04", "ST-12", "PROC-12")]
    public async Task Slow_BeyondTheWindow_IsToldByAReset()
    {
        var before = Measured("resets", "reason=slow");
        var store = Host.Store("reset");
        await using var reader = await StallBeyondTheWindowAsync(store);
        await reader.ReadToTopAsync();
        Assert.Contains("slow", reader.Resets);
        Assert.Equal(before + reader.Resets.Count(), Measured("resets", "reason=slow"));
        Assert.True(reader.Ids.Count() < MoreThanBuffers);
        store.PublishMany(SpecificationHost.SmallWindow);
        await reader.ReadToTopAsync();
        store.Check();
    }

    [Fact, Case("SLOW-04", "ST-11")]
    public async Task Slow_BeyondTheWindowOfSkipToLatest_GetsTheNewestAndNothingOld()
    {
        var store = Host.Store("skip");
        await using var reader = await StallBeyondTheWindowAsync(store);
        await reader.ReadToTopAsync();
        Assert.Empty(reader.Resets);
        Assert.True(reader.Ids.Count() < MoreThanBuffers);
        store.Check();
    }

    [Fact, Case("SLOW-04", "SLOW-03", "PROC-12")]
    public async Task Slow_BeyondTheWindowOfDisconnect_IsDisconnectedWithTheReason()
    {
        var before = Host.EndedAsSlow(Transport.Name);
        var store = Host.Store("disconnect");
        await using var reader = await StallBeyondTheWindowAsync(store);
        var end = await reader.ReadToEndAsync();
        await AssertEndedAsSlowAsync(store, before);
        if (Transport.Name == "websocket")
            Assert.Equal((4000, "slow"), (end.Code, end.Reason));
        store.Ledger.Check();
        await reader.ReconnectAsync(Transport);
        store.Publish();
        await reader.ReadToTopAsync();
        Assert.Equal("expired", reader.Resets.Single());
        store.Check();
    }

    [Fact, Case("SLOW-03", "WS-17", "SR-06", "PROC-12", "HTTP-29")]
    public async Task Stalled_ForTheSendTimeout_IsCutWithTheReason()
    {
        var before = Host.EndedAsSlow(Transport.Name);
        var store = Host.Store("large");
        await using var healthy = await store.SubscribeAsync(Transport);
        var subscribers = Host.Subscribers;
        await using var stalled = await store.SubscribeStalledAsync(Transport);
        store.PublishMany(MoreThanBuffers, LargeMessage);
        await healthy.ReadToTopAsync();
        await Eventually.TrueAsync(async () =>
        {
            store.Publish(); // repeated messages keep the healthy one alive
            await healthy.ReadToTopAsync();
            return AdvanceUntilSlow(before);
        });
        await AssertEndedAsSlowAsync(store, before);
        if (Transport.Name != "signalr-stream") // there SignalR waits behind an item until its own timeout
            await Eventually.TrueAsync(() => Host.Subscribers <= subscribers);
        await stalled.ReadToEndAsync();
        Assert.True(stalled.Ids.Count() < MoreThanBuffers);
        store.Publish();
        await healthy.ReadToTopAsync();
        store.Check(log: true);
    }

    [Fact, Case("SLOW-06")]
    public async Task Dribbling_ForTheSendTimeout_IsCutAllTheSame()
    {
        var before = Host.EndedAsSlow(Transport.Name);
        var store = Host.Store("large");
        await using var dribbling = await store.SubscribeStalledAsync(Transport);
        store.PublishMany(MoreThanBuffers, LargeMessage);
        await Eventually.TrueAsync(async () =>
        {
            await dribbling.Reader.TakeBytesAsync(1);
            return AdvanceUntilSlow(before);
        });
        await AssertEndedAsSlowAsync(store, before);
    }

    [Fact, Case("SLOW-06", "SLOW-05")]
    public async Task Slow_ButSteady_IsNotCut()
    {
        var store = Host.Store("large");
        await using var reader = await store.SubscribeStalledAsync(Transport);
        store.PublishMany(4 * MoreThanBuffers, LargeMessage);
        while (reader.LastId != store.Top)
        {
            // Three such steps exceed all buffers, so the server must have made progress between two checks that are a send timeout apart.
            for (var i = 0; i < MoreThanBuffers / 8 && reader.LastId != store.Top; i++)
                await reader.NextAsync();
            Host.Clock.Advance(SpecificationHost.SendTimeout / 4);
        }

        Assert.Equal(4 * MoreThanBuffers, reader.Ids.Count());
        store.Check(log: true);
    }

    [Fact, Case("SLOW-07")]
    public async Task Burst_WithinTheWindow_MakesNobodySlow()
    {
        var store = Host.Store("large");
        await using var reader = await store.SubscribeAsync(Transport);
        store.PublishMany(10_000);
        Host.Clock.Advance(SpecificationHost.SendTimeout / 2);
        await reader.ReadToTopAsync();
        Assert.Equal(10_000, reader.Ids.Count());
        store.Check(log: true);
    }

    private bool AdvanceUntilSlow(long before)
    {
        if (Host.EndedAsSlow(Transport.Name) > before)
            return true;
        Host.Clock.Advance(TimeSpan.FromSeconds(1));
        return false;
    }

    /// <summary>
    /// A reader that has received the first message, and then did not read while the log moved on by four times its window.
    /// </summary>
    private async Task<Subscription> StallBeyondTheWindowAsync(SpecificationStore store)
    {
        var reader = await store.SubscribeStalledAsync(Transport);
        store.Publish();
        await reader.ReadToTopAsync();
        store.PublishMany(MoreThanBuffers, LargeMessage);
        return reader;
    }

    private async Task AssertEndedAsSlowAsync(SpecificationStore store, long before)
    {
        await Eventually.TrueAsync(() => Host.EndedAsSlow(Transport.Name) == before + 1);
        var entry = Assert.Single(Host.Test.Logs.GetSnapshot(), entry => entry.GetStructuredStateValue("Store") == store.Name);
        Assert.Equal((LogLevel.Warning, 1), (entry.Level, entry.Id.Id));
        Assert.Equal(Transport.Name, entry.GetStructuredStateValue("Transport"));
    }
}
