using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

public sealed class ClientTracingTests
{
    private const string Store = "traced-to-client";

    [Fact]
    public async Task Follow_CallbackOfAMessage_IsATraceOfItsOwnWithThePublishsMessageId()
    {
        await using var host = await TestHost.StartAsync(
            builder => builder.Services.AddTornadose(options => options.DrainWindow = TimeSpan.Zero).AddQueueStore(Store),
            app => app.MapStores("/stores"));
        using var recorder = new ActivityRecorder(Store);
        using var client = new TornadoseClient(host.Url("/stores"));
        using var request = new Activity("what the subscription was made in").Start();
        var inCallback = new TaskCompletionSource<Activity?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var subscription = client.Follow(
            Store,
            (message, _) =>
            {
                inCallback.TrySetResult(Activity.Current);
                throw new InvalidOperationException(message.GetText());
            },
            start: StartAt.Earliest);
        var id = (await host.Get<IStoreProvider>().GetStore(Store).PublishAsync("hello")).ToString();
        var current = await inCallback.Task.WithTimeout();
        await Eventually.TrueAsync(() => recorder.Activities.Count == 2);
        var publish = Assert.Single(recorder.Activities, static activity => activity.Kind == ActivityKind.Producer);
        var process = Assert.Single(recorder.Activities, static activity => activity.Kind == ActivityKind.Consumer);
        Assert.Same(process, current);
        Assert.Equal((id, id), (publish.GetTagItem("messaging.message.id"), process.GetTagItem("messaging.message.id")));
        Assert.Equal((null, ActivityStatusCode.Error), (process.ParentId, process.Status));
        Assert.NotEqual(request.TraceId, process.TraceId);
    }
}
