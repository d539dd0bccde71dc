using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Why the hub refuses a call, for programs as well as for people: <c>[code] words</c>. The only place that makes such exceptions and
/// translates the library's own into them.
/// </summary>
/// <remarks>
/// The code is in the message because nothing else of an exception reaches a SignalR client. It makes the same distinction as the status
/// codes of the plain transports: what is final, and what is worth a retry.
/// </remarks>
internal static class HubRefusal
{
    private const string NotFound = "not-found";
    private const string Unauthorized = "unauthorized";
    private const string Forbidden = "forbidden";
    private const string Unavailable = "unavailable";
    private const string RateLimited = "rate-limited";
    private const string TooLarge = "too-large";
    private const string Invalid = "invalid";
    private const string Completed = "completed";

    /// <summary>
    /// Marks our exceptions among the application's hub exceptions. A type of our own would do that too, but SignalR shows clients the
    /// name of the exception's type.
    /// </summary>
    private const string Mark = "Tornadose.SignalR.Code";

    public static HubException NoSuchStore() => Of(NotFound, "There is no such store.");

    public static HubException Of(AdmissionRefusal refusal) => Of(refusal.IsTheirs ? RateLimited : Unavailable, refusal.Description);

    public static HubException OfInterval(int milliseconds) =>
        Of(Invalid, $"The time between two batches is {milliseconds} ms; it must be from 50 to 60000.");

    /// <summary>A refusal by another node; its message has the code already.</summary>
    public static HubException FromMessage(string message) => Marked(message);

    /// <summary>Throws unless the authorizer allows the call.</summary>
    public static void ThrowUnlessAllowed(StoreVerdict verdict)
    {
        if (verdict != StoreVerdict.Allowed)
            throw verdict switch
            {
                StoreVerdict.Unauthenticated => Of(Unauthorized, "Sign in first."),
                StoreVerdict.Forbidden => Of(Forbidden, "You may not do this."),
                _ => NoSuchStore(),
            };
    }

    /// <summary>
    /// The error that ends a stream; null for an end that is no error. The code is <c>unavailable</c> if the client should open the stream
    /// again, else <c>forbidden</c>.
    /// </summary>
    public static HubException? Of(SubscriberEnd end)
    {
        if (end == SubscriberEnd.ClientGone || end == SubscriberEnd.Unsubscribed || end == SubscriberEnd.Completed)
            return null;
        return Of(end.Reconnect ? Unavailable : Forbidden, end.Description);
    }

    /// <summary>
    /// Converts an exception of a store, or of the backplane behind it, into words for the client; null if it is a fault, not a refusal.
    /// </summary>
    public static HubException? Of(Exception failure) => failure switch
    {
        HubException refusal => refusal,
        MessageTooLargeException tooLarge => Of(TooLarge, tooLarge.Message),
        StoreCompletedException completed => Of(Completed, completed.Message),
        ArgumentException invalid => Of(Invalid, PublishRefusal.Words(invalid)),
        TooManyStoresException => Of(Unavailable, "There are too many stores at the moment. Come back later."),
        ObjectDisposedException => Of(Unavailable, "The server is stopping. Come back later."),
        StoreUnavailableException or StoreRefusedException =>
            Of(Unavailable, "Nothing can be read or published at the moment. Try again later."),
        _ => null,
    };

    public static bool IsRefusal(Exception? failure) => failure is HubException && failure.Data.Contains(Mark);

    private static HubException Of(string code, string words) => Marked($"[{code}] {words}");

    private static HubException Marked(string message) => new(message) { Data = { [Mark] = true } };
}
