using System.Reflection;
using System.Text;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>The table of close codes: what ends a subscription, how a WebSocket reports it, and whether to reconnect.</summary>
public sealed class CloseCodesSpecification
{
    private static readonly Dictionary<SubscriberEnd, (int Code, string Reason, bool Reconnect)> Table = new()
    {
        [SubscriberEnd.ClientGone] = (1000, "client_gone", true),
        [SubscriberEnd.Completed] = (1000, "completed", false),
        [SubscriberEnd.Unsubscribed] = (1000, "unsubscribed", false),
        [SubscriberEnd.StoreClosed] = (1001, "store_closed", true),
        [WebSocketCloseCodes.BinaryRefused] = (1003, "binary_refused", false),
        [SubscriberEnd.AuthenticationExpired] = (1008, "authentication_expired", true),
        [SubscriberEnd.AccessRevoked] = (1008, "access_revoked", true),
        [WebSocketCloseCodes.TooManyMessages] = (1008, "inbound_too_often", false),
        [WebSocketCloseCodes.MessageTooBig] = (1009, "inbound_too_big", false),
        [SubscriberEnd.Failed] = (1011, "failed", true),
        [SubscriberEnd.ShuttingDown] = (1012, "shutting_down", true),
        [SubscriberEnd.TooOld] = (1012, "max_age", true),
        [SubscriberEnd.Slow] = (4000, "slow", true),
        [SubscriberEnd.ResetRequired] = (4001, "reset_required", true),
        [SubscriberEnd.Dismissed] = (4002, "dismissed", false),
    };

    [Fact, Case("WS-18")]
    public void For_EveryEnd_IsInTheTable() => Assert.Equal(
        Table.Select(static row => (row.Key, row.Value)).OrderBy(static row => row.Value),
        Ends().Select(
            static end => (end, (WebSocketCloseCodes.For(end).Code, WebSocketCloseCodes.For(end).Reason, end.Reconnect)))
            .OrderBy(static row => row.Item2));

    [Fact, Case("WS-18", "SEC-16")]
    public void For_EveryEnd_HasAReasonThatFitsAndADescription()
    {
        Assert.All(Ends(), static end => Assert.InRange(Encoding.UTF8.GetByteCount(WebSocketCloseCodes.For(end).Reason), 1, 123));
        Assert.All(Ends(), static end => Assert.EndsWith(".", end.Description));
    }

    private static IEnumerable<SubscriberEnd> Ends() =>
        typeof(SubscriberEnd).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(static property => property.GetValue(null))
            .Concat(typeof(WebSocketCloseCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(static field => field.GetValue(null)))
            .OfType<SubscriberEnd>();
}
