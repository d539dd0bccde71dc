namespace Tornadose.SignalR.Tool;

/// <summary>What went wrong, for people.</summary>
internal static class Failure
{
    /// <summary>The framework's words for a failure of TLS are "see inner exception", which nobody can who reads a terminal.</summary>
    public static string Words(this Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
            if (inner is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } reason })
                return $"TLS fails: {reason.Message} tornadose doctor says more.";
        return failure.Message;
    }
}
