using System.Globalization;
using Microsoft.Extensions.Hosting;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Authorization;

/// <inheritdoc/>
/// <remarks>Orders to other nodes: <c>revoke ticks user</c> and <c>recheck store</c>. The time is that of the node that revokes.</remarks>
internal sealed class StoreRevocation(
    SubscriberRegistry registry, TornadoseOptions options, RevokedUsers revoked,
    INodeQuestions? others = null) : IStoreRevocation, IHostedService
{
    private const string RevokeOrder = "revoke ";
    private const string RecheckOrder = "recheck ";

    public void Revoke(string userId)
    {
        ArgumentNullException.ThrowIfNull(userId);
        Revoke(userId, DateTimeOffset.UtcNow);
    }

    public async Task RevokeAsync(string userId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(userId);
        var now = DateTimeOffset.UtcNow;
        Revoke(userId, now);
        if (others is not null)
            await others.OrderAsync(
                string.Create(CultureInfo.InvariantCulture, $"{RevokeOrder}{now.UtcTicks} {userId}"), cancellationToken);
    }

    public async Task RecheckAsync(string? store = null, CancellationToken cancellationToken = default)
    {
        await RecheckHereAsync(store, cancellationToken);
        if (others is not null)
            await others.OrderAsync(RecheckOrder + store, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        others?.Obey(ObeyAsync);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async ValueTask ObeyAsync(string order)
    {
        if (order.StartsWith(RecheckOrder, StringComparison.Ordinal))
            await RecheckHereAsync(order.Length > RecheckOrder.Length ? order[RecheckOrder.Length..] : null, CancellationToken.None);
        else if (order.Split(' ', 3) is ["revoke", var ticks, var userId]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var when) && when <= DateTime.MaxValue.Ticks)
            Revoke(userId, new DateTimeOffset(when, TimeSpan.Zero));
        else
            throw new NotSupportedException("A node of another version sent an order that this node does not know.");
    }

    /// <summary>An order may arrive late, or twice: the subscriptions of a user who has signed in again since then stay.</summary>
    private void Revoke(string userId, DateTimeOffset when)
    {
        revoked.Add(userId, when);
        registry.Review.Revoke(access => options.UserId(access.User) == userId
            && (RevokedUsers.IsBefore(access.Began, when) || revoked.Covers(access.User, access.Issued)));
    }

    private Task RecheckHereAsync(string? store, CancellationToken cancellationToken) =>
        registry.Review.RecheckAsync(access => store is null || access.Concerns(store), cancellationToken);
}
