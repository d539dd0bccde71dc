using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Endpoints;

namespace Tornadose.SignalR.Hosting;

/// <summary>Adds the ticket scheme to the application's authentication, if it has any.</summary>
/// <remarks>
/// A single scheme is the default without being configured as such, unless the application has switched that off. It must stay the default
/// when ours is added; and ours is never the only one.
/// </remarks>
internal sealed class QueryScheme : IPostConfigureOptions<AuthenticationOptions>
{
    private const string SuppressAutoDefaultScheme = "Microsoft.AspNetCore.Authentication.SuppressAutoDefaultScheme";

    public void PostConfigure(string? name, AuthenticationOptions options)
    {
        var schemes = options.Schemes.ToArray();
        if (schemes.Length == 0)
            return;
        if (schemes is [var only] && !(AppContext.TryGetSwitch(SuppressAutoDefaultScheme, out var suppressed) && suppressed))
            options.DefaultScheme ??= only.Name;
        options.AddScheme<QueryAuthentication>(StoreTicketDefaults.AuthenticationScheme, displayName: null);
    }
}
