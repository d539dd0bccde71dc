using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>Publishes what a client sends over the hub.</summary>
internal static class HubPublishing
{
    public static async Task<string> PublishAsync(
        MessageStore store, object? data, string? eventType, string? idempotencyKey, string scope, CancellationToken cancellationToken)
    {
        try
        {
            var content = HubArgument.ToContent(data);
            var options = new PublishOptions
            {
                EventType = eventType,
                IdempotencyKey = string.IsNullOrEmpty(idempotencyKey) ? null : idempotencyKey,
                Scope = scope,
            };
            var position = content.Format == MessageFormat.Text
                ? await store.PublishUtf8Async(content.Data, options, cancellationToken)
                : await store.PublishJsonAsync(content.Data, options, cancellationToken);
            return position.ToString();
        }
        catch (Exception failure) when (HubRefusal.Of(failure) is not null)
        {
            throw HubRefusal.Of(failure)!;
        }
    }
}
