using System.Text.Json;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>A provider with the family <c>devices/{id}</c>, on a clock that the test advances.</summary>
internal sealed class FamilyFixture : IAsyncDisposable
{
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(10);

    public FamilyFixture(int maxStores = 10_000, params string[] others)
    {
        Options.Change("devices/{id}", new StoreOptions { IdleTimeout = IdleTimeout });
        StoreDefinition[] definitions = [
            new StoreDefinition("devices/{id}", StoreKind.Queue), .. others.Select(name => new StoreDefinition(name, StoreKind.Queue))];
        Provider = new StoreProvider(
            definitions, Options, maxStores, new LocalBackplane(Time), new StoreSerializer(JsonSerializerOptions.Web), Time);
    }

    public FakeTimeProvider Time { get; } = new();

    public ChangingOptions Options { get; } = new();

    public StoreProvider Provider { get; }

    /// <summary>Advances the clock and, with it, the sweep that finds idle stores.</summary>
    public void Advance(TimeSpan time) => Time.Advance(time);

    /// <summary>Advances the clock until all idle stores are dropped.</summary>
    public void DropIdle() => Time.Advance(IdleTimeout + TimeSpan.FromSeconds(1));

    public ValueTask DisposeAsync() => Provider.DisposeAsync();
}
