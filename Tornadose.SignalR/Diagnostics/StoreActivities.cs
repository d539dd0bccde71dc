using System.Diagnostics;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>
/// The activities of the source <c>Tornadose.SignalR</c>, named and tagged by OpenTelemetry's conventions for messaging: one for a
/// publish, and one on each node that a message reaches over the bus. None for a delivery: one message may have a hundred thousand.
/// </summary>
internal static class StoreActivities
{
    public const string SourceName = "Tornadose.SignalR";

    private static readonly ActivitySource Source = new(SourceName);

    public static bool IsEnabled => Source.HasListeners();

    /// <summary>The context of the publish that is under way, as W3C's <c>traceparent</c>; null when nobody traces it.</summary>
    public static string? TraceParent =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity && activity.Source == Source ? activity.Id : null;

    public static Activity? BeginPublish(string store, string measuredAs, int bytes)
    {
        if (!IsEnabled)
            return null;
        var activity = Begin($"publish {measuredAs}", "publish", "send", store, ActivityKind.Producer, parent: default);
        activity?.SetTag("messaging.message.body.size", bytes);
        return activity;
    }

    /// <summary>Records that a message of another node has arrived, or one of this node over the bus.</summary>
    /// <param name="store">The store.</param>
    /// <param name="traceParent">The publisher's context.</param>
    /// <param name="id">The message's id.</param>
    public static void Received(string store, string traceParent, string id)
    {
        if (!IsEnabled || !ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var parent))
            return;
        using var activity = Begin("receive", "receive", "receive", store, ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.message.id", id);
    }

    private static Activity? Begin(string name, string operation, string type, string store, ActivityKind kind, ActivityContext parent)
    {
        var activity = Source.StartActivity(name, kind, parent);
        return activity?.SetTag("messaging.system", "tornadose")
            .SetTag("messaging.operation.name", operation)
            .SetTag("messaging.operation.type", type)
            .SetTag("messaging.destination.name", store);
    }
}
