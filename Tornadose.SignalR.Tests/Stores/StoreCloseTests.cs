using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>Stores close whatever their backplane does.</summary>
public sealed class StoreCloseTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LateBackplane _backplane = new();
    private readonly FakeLogCollector _logs = new();
    private readonly LoggerFactory _loggers = new();

    public StoreCloseTests() => _loggers.AddProvider(new FakeLoggerProvider(_logs));

    [Fact]
    public async Task Sweep_ChannelThatThrowsWhenClosed_DropsTheOthersAndGoesOn()
    {
        var closed = new List<string>();
        _backplane.OnClose = store =>
        {
            closed.Add(store);
            throw new InvalidOperationException("broken");
        };
        await using var provider = Create("devices/{id}");
        for (var round = 0; round < 2; round++)
        {
            foreach (var id in Enumerable.Range(0, 3))
                provider.GetStore($"devices/{id}");
            _time.Advance(TimeSpan.FromMinutes(11));
            Assert.Empty(provider.Names);
        }

        Assert.Equal(6, closed.Count);
        Assert.Equal(6, _logs.GetSnapshot().Count(static entry => entry.Message.Contains("Closing store", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Dispose_HundredStoresOfABackplaneThatHangs_TakesFiveSecondsForAllOfThem()
    {
        var hung = new TaskCompletionSource();
        _backplane.OnClose = _ => new ValueTask(hung.Task);
        var provider = Create([.. Enumerable.Range(0, 100).Select(static number => $"store{number}")]);
        var disposing = provider.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        await disposing.WithTimeout();
        Assert.Equal(100, _logs.GetSnapshot().Count(static entry => entry.Message.Contains("could not be closed in time",
            StringComparison.Ordinal)));
        hung.SetResult();
    }

    /// <summary>A container disposes of its instances one by one, including the stores that were injected by name.</summary>
    [Fact]
    public async Task Dispose_ContainerThatHasInjectedHundredStores_TakesFiveSecondsForAllOfThem()
    {
        var hung = new TaskCompletionSource();
        _backplane.OnClose = _ => new ValueTask(hung.Task);
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(_time).AddSingleton<IBackplane>(_backplane);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        var stores = services.AddTornadose();
        for (var number = 0; number < 100; number++)
            stores.AddQueueStore($"store{number}");
        var provider = services.BuildServiceProvider();
        for (var number = 0; number < 100; number++)
            _ = provider.GetRequiredKeyedService<IStore>($"store{number}");
        var disposing = provider.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        await disposing.WithTimeout();
        hung.SetResult();
    }

    [Fact]
    public async Task Dispose_StoreThatThrows_ClosesTheOthers()
    {
        var closed = 0;
        _backplane.OnClose = _ => ++closed == 1 ? throw new InvalidOperationException("broken") : ValueTask.CompletedTask;
        await Create("a", "b", "c").DisposeAsync();
        Assert.Equal(3, closed);
    }

    public void Dispose() => _loggers.Dispose();

    private StoreProvider Create(params string[] names) => new(
        names.Select(static name => new StoreDefinition(name, StoreKind.Queue)), new ChangingOptions(), maxStores: 1000, _backplane,
            new StoreSerializer(JsonSerializerOptions.Web), _time,
        logger: _loggers.CreateLogger("test"));
}
