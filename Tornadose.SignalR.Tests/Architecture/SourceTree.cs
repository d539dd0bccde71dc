using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Architecture;

/// <summary>
/// Maps each type to the folder that declares it. The namespace does not show it: what an application uses is in
/// <c>Tornadose.SignalR</c>, whatever its folder.
/// </summary>
internal static class SourceTree
{
    private const string Server = "Tornadose.SignalR";

    private static readonly string[] Projects =
    [
        Server, "Tornadose.SignalR.Abstractions", "Tornadose.SignalR.Aspire", "Tornadose.SignalR.Blazor", "Tornadose.SignalR.Client",
        "Tornadose.SignalR.Sqlite", "Tornadose.SignalR.StackExchangeRedis",
    ];

    private static readonly Dictionary<string, string> Folders = Declared();

    /// <summary>
    /// The folder of a type, or of the type that it is nested in. A project other than the server's counts as one folder, named by the
    /// last part of the project's name. Null for types outside the repository.
    /// </summary>
    public static string? FolderOf(string fullName) => Folders.GetValueOrDefault(fullName.Split('+', '<')[0]);

    private static Dictionary<string, string> Declared()
    {
        var folders = new Dictionary<string, string>();
        foreach (var project in Projects)
        {
            foreach (var file in Directory.EnumerateFiles(Repository.File(project), "*.cs", SearchOption.AllDirectories))
            {
                var parts = Path.GetRelativePath(Repository.File(project), file).Split(Path.DirectorySeparatorChar);
                if (parts[0] is "obj" or "bin")
                    continue;
                foreach (var name in TypesOf(file))
                    folders[name] = FolderOf(project, parts);
            }
        }

        return folders;
    }

    private static string FolderOf(string project, string[] parts)
    {
        if (project == Server)
            return parts[0];
        // A package's composition is beside its other files.
        var isComposition = parts[^1].EndsWith("Startup.cs", StringComparison.Ordinal)
            || parts[^1].EndsWith("BuilderExtensions.cs", StringComparison.Ordinal)
            || parts[^1].EndsWith("ServiceCollectionExtensions.cs", StringComparison.Ordinal);
        return isComposition ? "Hosting" : project.Split('.')[^1];
    }

    private static IEnumerable<string> TypesOf(string file) =>
        from node in CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot()
            .DescendantNodes(static node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
        let declared = node switch
        {
            TypeDeclarationSyntax type => (type.Identifier.Text, type.Arity),
            BaseTypeDeclarationSyntax type => (type.Identifier.Text, Arity: 0),
            DelegateDeclarationSyntax type => (type.Identifier.Text, type.Arity),
            _ => (Text: null, Arity: 0),
        }
        where declared.Text is not null
        let space = node.FirstAncestorOrSelf<BaseNamespaceDeclarationSyntax>()!.Name
        select declared.Arity == 0 ? $"{space}.{declared.Text}" : $"{space}.{declared.Text}`{declared.Arity}";
}
