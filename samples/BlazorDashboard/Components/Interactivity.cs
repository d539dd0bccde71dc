namespace BlazorDashboard.Components;

/// <summary>Whether there are interactive pages: the script that they need comes in a package that the SDK downloads (<c>-p:BlazorInteractive=true</c>).</summary>
internal static class Interactivity
{
#if BLAZOR_INTERACTIVE
    public static bool IsOn => true;
#else
    public static bool IsOn => false;
#endif
}
