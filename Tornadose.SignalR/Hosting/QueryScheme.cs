using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Endpoints;

namespace Tornadose.SignalR.Hosting;

/// <summary>Adds the scheme of tickets to the application's authentication, where it has one.</summary>
/// <remarks>A scheme that is the only one is the default without being named so. It stays that when ours comes after it.</remarks>
internal sealed class QueryScheme : IPostConfigureOptions<AuthenticationOptions>
{
    public void PostConfigure(string? name, AuthenticationOptions options)
    {
        if (options.DefaultScheme is null && options.Schemes.ToArray() is [var only])
            options.DefaultScheme = only.Name;
        options.AddScheme<QueryAuthentication>(StoreTicketDefaults.AuthenticationScheme, displayName: null);
    }
}
