using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Diagnostics;

public sealed class PublishTelemetryTests
{
    [Fact, Case("PROC-12")]
    public async Task PublishAsync_CountAndDuration_AreMeasured()
    {
        await using var host = await StartAsync();
        using var metrics = MetricsRecorder.Of(host);
        await StoreOf(host, "plain").PublishAsync("one");
        await StoreOf(host, "plain").PublishAsync(new { Two = 2 });
        Assert.Equal(2, metrics.Sum("messages.published", "store=plain"));
        Assert.Equal(2, metrics.Count("publish.duration", "store=plain"));
    }

    [Fact, Case("PROC-12")]
    public async Task PublishAsync_BackplaneAway_CountsTheFailureAndNoMessage()
    {
        await using var host = await StartAsync(services => services.AddSingleton<IBackplane, BackplaneAway>());
        using var metrics = MetricsRecorder.Of(host);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await StoreOf(host, "plain").PublishAsync("lost"));
        Assert.Equal(0, metrics.Sum("messages.published"));
        Assert.Equal(1, metrics.Count("publish.duration", $"error.type={typeof(StoreUnavailableException).FullName}"));
    }

    [Fact]
    public async Task StoresOfAFamily_OnInstruments_HaveTheNameOfTheFamilyUnlessTheyAreWantedOneByOne()
    {
        await using var host = await StartAsync();
        using var metrics = MetricsRecorder.Of(host);
        await using var reader = await RawSse.OpenAsync(host.Url("/stores/devices/7"));
        await using var each = await RawSse.OpenAsync(host.Url("/stores/rooms/7"));
        await StoreOf(host, "devices/7").PublishAsync("one");
        await StoreOf(host, "rooms/7").PublishAsync("one");
        await Eventually.TrueAsync(() => metrics.Sum("subscribers") == 2);
        Assert.Equal(1, metrics.Sum("messages.published", "store=devices/{id}"));
        Assert.Equal(1, metrics.Sum("messages.published", "store=rooms/7"));
        Assert.Equal(1, metrics.Sum("subscribers", "store=devices/{id}", "transport=sse"));
        Assert.Equal(1, metrics.Sum("subscribers", "store=rooms/7", "transport=sse"));
    }

    [Fact]
    public async Task PublishAsync_Traced_IsOneActivityHoweverManyRead()
    {
        await using var host = await StartAsync();
        await using var first = await RawSse.OpenAsync(host.Url("/stores/traced"));
        await using var second = await RawSse.OpenAsync(host.Url("/stores/traced"));
        using var recorder = new ActivityRecorder("traced");
        var position = await StoreOf(host, "traced").PublishAsync("hello");
        await first.NextAsync();
        await second.NextAsync();
        var activity = Assert.Single(recorder.Activities);
        Assert.Equal(("publish traced", ActivityKind.Producer), (activity.DisplayName, activity.Kind));
        Assert.Equal("tornadose", activity.GetTagItem("messaging.system"));
        Assert.Equal("publish", activity.GetTagItem("messaging.operation.name"));
        Assert.Equal(position.ToString(), activity.GetTagItem("messaging.message.id"));
        Assert.Equal("hello".Length, activity.GetTagItem("messaging.message.body.size"));
    }

    private static IStore StoreOf(TestHost host, string name) => host.Get<IStoreProvider>().GetStore(name);

    private static Task<TestHost> StartAsync(Action<IServiceCollection>? services = null) => TestHost.StartAsync(
        builder =>
        {
            services?.Invoke(builder.Services);
            builder.Services.AddTornadose(options => options.DrainWindow = TimeSpan.Zero)
                .AddQueueStore("plain").AddQueueStore("traced").AddQueueStore("devices/{id}")
                .AddQueueStore("rooms/{id}", store => store.MeasureEachStore = true);
        },
        app => Microsoft.AspNetCore.Builder.StoreEndpointRouteBuilderExtensions.MapStores(app, "/stores"));

    private sealed class BackplaneAway : IBackplane
    {
        public IBackplaneChannel Open(string store, MessageLogLimits limits) => new Channel(limits);

        private sealed class Channel(MessageLogLimits limits) : IBackplaneChannel
        {
            public MessageLog Log { get; } = new(limits, TimeProvider.System);

            public ValueTask<MessagePosition> AppendAsync(
                IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
                throw new StoreUnavailableException("away", mayBeStored: false);

            public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

            public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) => ValueTask.CompletedTask;

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
