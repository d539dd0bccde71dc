using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>The limit on the number of subscribers, over all transports.</summary>
public sealed class AdmissionSpecification
{
    private const int Most = 40;

    [Fact, Case("PROC-07", "HTTP-32", "PROC-12")]
    public async Task Subscribe_MoreThanThereMayBeAtOnce_TakesExactlySoMany()
    {
        await using var host = await SpecificationHost.StartAsync(
            options: static all => (all.MaxSubscribers, all.DrainWindow) = (Most, TimeSpan.Zero));
        using var metrics = MetricsRecorder.Of(host, "subscribers.refused");
        var registry = host.Get<SubscriberRegistry>();
        var store = new SpecificationStore(host, "large", LedgerRule.Every);
        for (var round = 0; round < 2; round++)
        {
            var openings = await Task.WhenAll(
                Enumerable.Range(0, 3 * Most).Select(index => OpenAsync(host, store, Transport.All[index % Transport.All.Count])));
            var readers = openings.OfType<TransportReader>().ToArray();
            Assert.Equal((Most, Most), (readers.Length, registry.Count));
            Assert.Equal((round + 1) * 2 * Most, metrics.Sum("subscribers.refused", "reason=full"));
            var id = store.Publish();
            foreach (var reader in readers)
                Assert.Equal(id, (await reader.NextAsync()).Id);
            foreach (var reader in readers)
                await reader.DisposeAsync();
            await Eventually.TrueAsync(() => registry.Count == 0);
        }
    }

    private static async Task<TransportReader?> OpenAsync(TestHost host, SpecificationStore store, Transport transport)
    {
        try
        {
            return await transport.OpenAsync(host.Http1, new StoreRequest(store.Name));
        }
        catch (RefusedException refused)
        {
            Assert.Equal(transport.RefusedWith, refused.Status);
            Assert.NotNull(refused.ComeBack);
            return null;
        }
    }
}
