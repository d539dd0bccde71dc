using System.Diagnostics;

namespace Tornadose.SignalR.Client;

/// <summary>The activities of the source <c>Tornadose.SignalR.Client</c>: one for each message that a subscription hands on.</summary>
internal static class ClientActivities
{
    private static readonly ActivitySource Source = new("Tornadose.SignalR.Client");

    /// <summary>
    /// Starts a new trace for the message: the subscription may have been created hours ago in another trace, and the wires carry no trace
    /// context. The tag <c>messaging.message.id</c> has the same value as on the activity of the publish.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <returns>Null for a reset, or if the source has no listener.</returns>
    public static Activity? BeginProcess(ReceivedMessage message)
    {
        if (message.Reset is not null || !Source.HasListeners())
            return null;
        Activity.Current = null;
        return Source.StartActivity("process", ActivityKind.Consumer)?.SetTag("messaging.system", "tornadose")
            .SetTag("messaging.operation.name", "process")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", message.Store)
            .SetTag("messaging.message.id", message.Id)
            .SetTag("messaging.message.body.size", message.Data.Length);
    }
}
