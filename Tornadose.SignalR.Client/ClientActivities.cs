using System.Diagnostics;

namespace Tornadose.SignalR.Client;

/// <summary>The activities of the source <c>Tornadose.SignalR.Client</c>: one for each message that a subscription hands on.</summary>
internal static class ClientActivities
{
    private static readonly ActivitySource Source = new("Tornadose.SignalR.Client");

    /// <summary>
    /// Begins a trace of the message's own: the subscription was made in another one, hours ago, and the wires carry no trace context. The
    /// message's id is that of the publish's activity.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <returns>Null for a reset, and where nobody listens.</returns>
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
