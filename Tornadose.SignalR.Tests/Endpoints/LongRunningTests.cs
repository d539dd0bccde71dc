using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Traces mark streams, like SignalR's connections, with the tag <c>http.long_running</c>.</summary>
public sealed class LongRunningTests
{
    [Theory, Case("OBS-01")]
    [InlineData("text/event-stream", "", true)]
    [InlineData("application/x-ndjson", "", true)]
    [InlineData("websocket", "", true)]
    [InlineData("application/json", "?wait=0s", true)]
    [InlineData("application/json", "", false)]
    [InlineData("image/png", "", false)]
    public async Task Request_InTraces_IsMarkedWhenItIsAStream(string wire, string query, bool marked)
    {
        var activity = new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StoresApp.StartAsync(before: app => app.Use((context, next) =>
        {
            var own = new Activity("request").Start();
            context.Features.Get<IHttpActivityFeature>()?.Activity.Stop();
            context.Features.Set<IHttpActivityFeature>(new Feature { Activity = own });
            activity.TrySetResult(own);
            return next(context);
        }));
        await using var answer = await RawHttp.GetAsync(
            host.Orders(query), wire == "websocket" ? [.. RawWs.HandshakeHeaders] : [("Accept", wire)]);
        Assert.Equal(marked ? "true" : null, (await activity.Task.WithTimeout()).GetTagItem("http.long_running"));
    }

    private sealed class Feature : IHttpActivityFeature
    {
        public required Activity Activity { get; set; }
    }
}
